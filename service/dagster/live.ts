import type { Clock } from "../clock.ts";
import { MAX_ANSWER_BYTES } from "./client.ts";
import { followRun, type RunEventFragment } from "./documents.ts";
import { subscribe } from "./socket.ts";
import type { DagsterTarget } from "./target.ts";

/** How long a socket has to say its first word. */
const OPEN_MS = 10_000;
/** How far a socket may stay behind what polling finds: Dagster itself looks at least every 16 s (its event watcher). */
const BEHIND_MS = 30_000;
/** Before a socket that broke is tried again; longer after each one that said nothing. */
const AGAIN_MS = { first: 5000, most: 300_000 };
/** Between two looks by polling, without a socket and with one: that may be silent while its run is not. */
const POLL_MS = { alone: 1000, beside: 2000 };

/** Events after those that were known before, and the cursor behind the last of them. */
export interface Told {
  readonly events: readonly RunEventFragment[];
  readonly cursor: string;
}

interface Options {
  readonly target: Pick<DagsterTarget, "url" | "token">;
  readonly run: string;
  readonly clock: Clock;
  readonly debug: (message: string) => void;
}

/**
 * A run's events as Dagster tells them by itself, where it can be had. Polling decides what was told: this only ever gives
 * what follows the cursor it was last given, or gave, and nothing when it cannot tell, so that no event is lost or told
 * twice whatever becomes of the socket.
 */
export class LiveEvents {
  readonly #options: Options;
  #socket: { close(): void } | undefined;
  /** It has said something. */
  #open = false;
  #openedAt = 0;
  #againAt = 0;
  #delay = AGAIN_MS.first;
  #position: string | null = null;
  /** Since when what the socket said does not reach the position. */
  #behindSince: number | undefined;
  #waiting: (Told & { readonly size: number })[] = [];
  #wake = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  /** Polling found the events up to `cursor` and no more. */
  at(cursor: string | null): void {
    const now = this.#options.clock.monotonic();
    const moved = cursor !== this.#position;
    this.#position = cursor;
    if (!this.#socket) {
      if (now >= this.#againAt) this.#begin();
      return;
    }
    if (moved) {
      const known = this.#waiting.findLastIndex((one) => one.cursor === cursor);
      this.#waiting.splice(0, known + 1);
      this.#behindSince = known >= 0 ? undefined : (this.#behindSince ?? now);
    }
    if (!this.#open && now - this.#openedAt >= OPEN_MS) this.#fail("It said nothing.");
    else if (now - (this.#behindSince ?? now) >= BEHIND_MS) this.#fail("It stayed behind.");
  }

  /** What comes next; nothing when it is time to poll, or `signal` aborts. */
  async next(signal: AbortSignal): Promise<readonly Told[]> {
    const early = this.#take();
    if (early.length > 0 || signal.aborted) return early;
    const woken = new AbortController();
    const wake = () => woken.abort();
    signal.addEventListener("abort", wake, { once: true });
    this.#wake = wake;
    await this.#options.clock.sleep(this.#open ? POLL_MS.beside : POLL_MS.alone, woken.signal);
    signal.removeEventListener("abort", wake);
    return this.#take();
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #begin(): void {
    const { target, run, clock, debug } = this.#options;
    this.#open = false;
    this.#openedAt = clock.monotonic();
    this.#waiting = [];
    this.#behindSince = undefined;
    this.#socket = subscribe({
      target,
      document: followRun,
      variables: { run, cursor: this.#position },
      onData: ({ pipelineRunLogs: answer }, size) => {
        if (answer.__typename !== "PipelineRunLogsSubscriptionSuccess") return this.#fail(answer.message);
        if (!this.#open) debug(`Dagster tells the events of its run ${run} by itself.`);
        this.#open = true;
        this.#delay = AGAIN_MS.first;
        this.#said({ events: answer.messages, cursor: answer.cursor, size });
      },
      onEnd: (why) => this.#fail(why),
    });
  }

  #said(told: Told & { readonly size: number }): void {
    if (this.#behindSince === undefined) {
      this.#waiting.push(told);
      this.#wake();
    } else if (told.cursor === this.#position) {
      this.#waiting = [];
      this.#behindSince = undefined;
    } else this.#waiting.push(told);
    const size = this.#waiting.reduce((sum, one) => sum + one.size, 0);
    if (size > MAX_ANSWER_BYTES) this.#fail("It said more than fits.");
  }

  #take(): readonly Told[] {
    if (this.#behindSince !== undefined) return [];
    const told = this.#waiting.filter(({ events }) => events.length > 0);
    this.#waiting = [];
    this.#position = told.at(-1)?.cursor ?? this.#position;
    return told;
  }

  #fail(why: string): void {
    const { run, clock, debug } = this.#options;
    debug(`Dagster is asked for the events of its run ${run}: ${why}`);
    this.close();
    this.#waiting = [];
    this.#againAt = clock.monotonic() + this.#delay;
    this.#delay = Math.min(this.#delay * 2, AGAIN_MS.most);
    this.#open = false;
  }
}
