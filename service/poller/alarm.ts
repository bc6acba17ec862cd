import type { Clock } from "../clock.ts";

/** A sleep that a ring ends at once. A ring while nobody sleeps ends the next sleep before it begins. */
export class Alarm {
  readonly #clock: Clock;
  #rung = false;
  #sleeping: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#sleeping?.abort();
  }

  /** Resolves after `ms` milliseconds or at a ring. */
  async sleep(ms: number): Promise<void> {
    if (!this.#rung) {
      this.#sleeping = new AbortController();
      await this.#clock.sleep(ms, this.#sleeping.signal);
      this.#sleeping = undefined;
    }
    this.#rung = false;
  }
}
