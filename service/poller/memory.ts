/** Objects of schemas that a poller keeps in mind as they are: about 1.5 kB each. */
const MOST_OBJECTS = 20_000;
/** A schema of more is kept packed, and is dear to read again: it does not count, and stays. */
const PACKED = 5000;

interface Kept {
  readonly objects: number;
  readonly release: () => void;
}

/**
 * Which databases' schemas a process keeps in mind: those used last. The others' are in the store, and read again when a
 * look compares with them.
 */
export class Memory {
  readonly #kept = new Map<object, Kept>();
  #objects = 0;

  /** `owner` uses a schema of so many objects now; `release` lets go of it. */
  keep(owner: object, objects: number, release: () => void): void {
    this.forget(owner);
    if (objects > PACKED) return;
    this.#kept.set(owner, { objects, release });
    this.#objects += objects;
    for (const [other, oldest] of this.#kept) {
      if (this.#objects <= MOST_OBJECTS || other === owner) break;
      this.forget(other);
      oldest.release();
    }
  }

  forget(owner: object): void {
    this.#objects -= this.#kept.get(owner)?.objects ?? 0;
    this.#kept.delete(owner);
  }
}
