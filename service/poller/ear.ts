import type { Database } from "../postgres/types.ts";
import { TAP_CHANNEL } from "../tap/log.ts";

/**
 * Listens to a database's tap, on a connection of its own, for as long as there is one. What it hears is only a reason to
 * look: whatever it misses is found at the next look.
 */
export class Ear {
  readonly #open: () => Database;
  readonly #wake: () => void;
  #database: Database | null = null;
  #unlisten: (() => Promise<void>) | null = null;
  #fault: string | null = null;

  /** `open` makes a client of the database, not connected yet. */
  constructor(open: () => Database, wake: () => void) {
    this.#open = open;
    this.#wake = wake;
  }

  /** Whether it hears the tap now; why not, when that is not as it should be. */
  get standing(): { readonly listening: boolean; readonly fault: string | null } {
    return { listening: this.#unlisten !== null, fault: this.#fault };
  }

  /** Goes on listening; resolves when it has begun or could not. One that could not tries again each time. */
  async listen(): Promise<void> {
    if (this.#database !== null) return;
    const database = this.#open();
    this.#database = database;
    try {
      const unlisten = await database.listen(TAP_CHANNEL, this.#wake, this.#wake);
      if (this.#database !== database) return;
      this.#unlisten = unlisten;
      this.#fault = null;
    } catch (error) {
      if (this.#database !== database) return;
      this.#database = null;
      this.#fault = error instanceof Error ? error.message : String(error);
      await database.close();
    }
  }

  /** Listens no more; resolves when its session is over. */
  async hush(): Promise<void> {
    const database = this.#database;
    const unlisten = this.#unlisten;
    this.#database = this.#unlisten = this.#fault = null;
    await unlisten?.();
    await database?.close();
  }
}
