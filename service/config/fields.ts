import { isScalar, type Node, type YAMLMap } from "yaml";
import { parseDuration } from "./duration.ts";
import type { SourceFile } from "./source-file.ts";

const DAY_MS = 86_400_000;

/** The keys of one map of databases.yaml; its faults go to the file, and what is wrong has a stand-in. */
export class Fields {
  readonly #file: SourceFile;
  readonly #node: YAMLMap;
  readonly #values = new Map<string, Node | undefined>();

  /** A key that is not one of `known` is a fault. */
  constructor(file: SourceFile, node: YAMLMap, known: readonly string[]) {
    this.#file = file;
    this.#node = node;
    for (const [key, value, at] of file.entries(node)) {
      if (known.includes(key)) this.#values.set(key, value);
      else file.fault(at, `the key "${key}" is unknown`, `Use ${known.join(", ")}.`);
    }
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  node(key: string): Node | undefined {
    return this.#values.get(key);
  }

  /** Milliseconds; from `least` to a day. */
  duration(key: string, fallback: number, least: number): number {
    const text = this.text(key);
    if (text === null) return fallback;
    const ms = parseDuration(text);
    if (ms === null) this.fault(key, `${key} "${text}" is not a duration`, "Write 500ms, 1s, 5m or 1h.");
    else if (ms < least || ms > DAY_MS) {
      this.fault(key, `${key} ${text} is out of bounds`, `Use ${least}ms to 24h.`);
    } else return ms;
    return fallback;
  }

  /** A whole number from 0 to `most`. */
  count(key: string, fallback: number, most: number): number {
    const text = this.text(key);
    if (text === null) return fallback;
    if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
    this.fault(key, `${key} "${text}" is out of bounds`, `Use 0 to ${most}.`);
    return fallback;
  }

  /** The text under `key`; null when the key is not there or is no text (which is a fault). */
  text(key: string): string | null {
    if (!this.#values.has(key)) return null;
    const node = this.#values.get(key);
    const value = isScalar(node) ? node.value : undefined;
    // A bare number has the source text that the user meant: `name: 2024`.
    const text = typeof value === "number" && isScalar(node) ? node.source : value;
    if (typeof text === "string" && text.trim() !== "") return text.trim();
    this.fault(
      key,
      isNothing(node) ? `${key} is empty` : `${key} is not a text`,
      "Give it a value or remove it.",
    );
    return null;
  }

  fault(key: string, fault: string, mend: string): void {
    this.#file.fault(this.#values.get(key) ?? this.#node, fault, mend);
  }
}

/** Whether a key has nothing behind it. */
export function isNothing(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && (node.value === null || node.value === ""));
}
