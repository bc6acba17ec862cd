import type { Database } from "../postgres/types.ts";
import { TAP_CHANNEL } from "../tap/log.ts";

/**
 * Listens to a database's tap, on a connection of its own, for as long as there is one. What it hears is only a reason to
 * look: whatever it misses is found at the next look.
 */
export class Ear {
  readonly #database: Database;
  readonly #wake: () => void;
  #wanted = false;
  #stop: (() => Promise<void>) | null = null;
  #fault: string | null = null;
  #beginning = false;

  constructor(database: Database, wake: () => void) {
    this.#database = database;
    this.#wake = wake;
  }

  /** Whether it hears the tap now; why not, when that is not as it should be. */
  get standing(): { readonly listening: boolean; readonly fault: string | null } {
    return { listening: this.#stop !== null, fault: this.#fault };
  }

  /** Goes on listening, or stops; resolves when it has begun or could not. One that could not tries again each time. */
  async follow(wanted: boolean): Promise<void> {
    this.#wanted = wanted;
    if (!wanted) this.#end();
    else if (this.#stop === null && !this.#beginning) await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#beginning = true;
    try {
      this.#stop = await this.#database.listen(TAP_CHANNEL, this.#wake, this.#wake);
      this.#fault = null;
      if (!this.#wanted) this.#end();
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    } finally {
      this.#beginning = false;
    }
  }

  #end(): void {
    const stop = this.#stop;
    this.#stop = null;
    this.#fault = null;
    void stop?.();
  }
}
