/** Why a run is stopped, strongest last: what is lost cannot even be written as cancelled. */
type Why = "halted" | "cancelled" | "lost";

/**
 * Stops one run. One signal for all reasons, and every listener removed when done with: Bun never frees what
 * AbortSignal.any() made while somebody listens to it, and a worker runs millions of steps.
 */
export class RunControl {
  readonly #stop = new AbortController();
  readonly #why = new Set<Why>();

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The worker can wait no longer: the running step is stopped and the run handed back. */
  get halted(): boolean {
    return this.#why.has("halted");
  }

  /** Somebody asked for the run's cancellation. */
  get cancelled(): boolean {
    return this.#why.has("cancelled");
  }

  /** The run is another worker's, or cannot be journaled. */
  get lost(): boolean {
    return this.#why.has("lost");
  }

  stop(why: Why): void {
    this.#why.add(why);
    this.#stop.abort();
  }
}
