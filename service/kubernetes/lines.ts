import type { Cursor } from "./standing.ts";

/** Of one line; the rest of it is left out. The live log takes less. */
const MAX_LINE = 64 * 1024;

/** A log that comes in parts of any size, as lines without their ends. */
export class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest = "";
  /** The line has its most already. */
  #full = false;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(part: Uint8Array): void {
    const pieces = this.#decoder.decode(part, { stream: true }).split("\n");
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.end();
      if (this.#full) continue;
      this.#rest += piece;
      if (this.#rest.length < MAX_LINE) continue;
      this.#rest = this.#rest.slice(0, MAX_LINE);
      this.#full = true;
    }
  }

  /** A last line without an end is one too. */
  end(): void {
    const line = this.#rest.endsWith("\r") ? this.#rest.slice(0, -1) : this.#rest;
    this.#rest = "";
    this.#full = false;
    if (line !== "") this.#take(line);
  }
}

/** A line with the time that kubelet puts before it; null when it has none. */
export function timed(line: string): { readonly time: string; readonly text: string } | null {
  const [, time = "", text = ""] =
    /^(\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s.exec(line) ?? [];
  return time === "" ? null : { time, text };
}

/** Nanoseconds since 1970. */
function nanoseconds(time: string): bigint {
  const [, second, fraction = "0", zone] = /^(.{19})\.(\d{9})(.+)$/.exec(time) ?? [];
  return BigInt(Date.parse(`${second}${zone}`)) * 1_000_000n + BigInt(fraction);
}

/** Lets pass what comes after a cursor, in a log that begins somewhere before it. */
export class After {
  #cursor: Cursor | null;
  /** Lines of the cursor's own time that were seen again. */
  #again = 0;
  #passed: boolean;

  constructor(cursor: Cursor | null) {
    this.#cursor = cursor;
    this.#passed = cursor === null;
  }

  /** The cursor behind this line; null for one that was taken before. */
  next(time: string): Cursor | null {
    const before = this.#cursor;
    const same = before?.time === time;
    if (!this.#passed && before) {
      if (same && ++this.#again <= before.count) return null;
      if (!same && nanoseconds(time) < nanoseconds(before.time)) return null;
      this.#passed = true;
    }
    this.#cursor = { time, count: same && before ? before.count + 1 : 1 };
    return this.#cursor;
  }
}
