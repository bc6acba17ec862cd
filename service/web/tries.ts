import type { Clock } from "../clock.ts";

/** Failed logins that an address may make in a window, and the window. */
const MAX_FAILED = 10;
const WINDOW_MS = 60_000;

/** Addresses remembered at most; the oldest is forgotten first. */
const MAX_ADDRESSES = 10_000;

/**
 * Counts failed logins by address, in this process. Tokens are too long to be guessed: this keeps guessing from being a
 * load. Behind a proxy all people share its address, so it counts failures only.
 */
export class LoginTries {
  readonly #failed = new Map<string, { count: number; readonly until: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds the address must wait before its next try; 0 when it may try now. */
  waitSeconds(address: string): number {
    const entry = this.#failed.get(address);
    if (entry === undefined || entry.count < MAX_FAILED) return 0;
    return Math.max(0, Math.ceil((entry.until - this.#clock.monotonic()) / 1000));
  }

  /** Counts a failed try. */
  failed(address: string): void {
    const now = this.#clock.monotonic();
    const entry = this.#failed.get(address);
    if (entry !== undefined && entry.until > now) {
      entry.count += 1;
      return;
    }
    this.#failed.delete(address);
    this.#failed.set(address, { count: 1, until: now + WINDOW_MS });
    const oldest = this.#failed.keys().next().value;
    if (this.#failed.size > MAX_ADDRESSES && oldest !== undefined) this.#failed.delete(oldest);
  }
}
