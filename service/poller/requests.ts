/**
 * The runs that wait for an exact look of one database. They are told by notices and again by each lease turn, so a turn
 * that read the store just before a look was handed over tells of a run that waits no more: those settled since are
 * remembered for two turns and not taken in again.
 */
export class Requests {
  readonly #waiting = new Set<string>();
  #settled = new Set<string>();
  #settledBefore = new Set<string>();

  /** Takes runs in; returns whether one of them is new. */
  add(runs: readonly string[]): boolean {
    const before = this.#waiting.size;
    for (const run of runs) {
      if (!this.#settled.has(run) && !this.#settledBefore.has(run)) this.#waiting.add(run);
    }
    return this.#waiting.size > before;
  }

  waiting(): readonly string[] {
    return [...this.#waiting];
  }

  settle(runs: readonly string[]): void {
    for (const run of runs) {
      this.#waiting.delete(run);
      this.#settled.add(run);
    }
  }

  /** A lease turn has ended. */
  turned(): void {
    this.#settledBefore = this.#settled;
    this.#settled = new Set();
  }
}
