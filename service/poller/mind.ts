import { AppError } from "../errors.ts";
import type { Database } from "../postgres/types.ts";
import type { Lease } from "../store/leases.ts";
import { readWatchHeader, readWatchState, type WatchHeader } from "../store/snapshots.ts";
import type { Lane } from "./lane.ts";
import type { Memory } from "./memory.ts";
import { type Kept, type Known, keptOf, knownOf } from "./prepare.ts";

export interface MindContext {
  readonly store: Database;
  /** Through which all that is much goes to the store and comes from it, so that the leases need not wait behind it. */
  readonly lane: Lane;
  readonly memory: Memory;
}

/** What a poller knows of one database, which is what is committed; its schema for as long as there is room for it. */
export class Mind {
  readonly #context: MindContext;
  readonly #lease: Lease;
  #kept: Kept | null = null;

  constructor(context: MindContext, lease: Lease) {
    this.#context = context;
    this.#lease = lease;
  }

  /** Null before it was read from the store, and when it may be another by now. */
  get kept(): Kept | null {
    return this.#kept;
  }

  /** Reads the store; the schema only when a look is compared with it. */
  async load(): Promise<WatchHeader> {
    const header = await this.#context.lane.run(() =>
      readWatchHeader(this.#context.store, this.#lease.databaseId),
    );
    this.#kept = keptOf(header);
    return header;
  }

  keep(known: Known): void {
    this.#kept = known;
    if (known.content === null) return;
    this.#context.memory.keep(this, known.content.snapshot.objects.length, () => {
      if (this.#kept === known) this.#kept = { ...known, content: "stored" };
    });
  }

  /** The same with the schema, from the store where it is there alone. Rejects for the store's faults only. */
  async recall(kept: Kept): Promise<Known> {
    const { content, mark, rowVersion } = kept;
    if (content !== "stored") return { ...kept, content };
    const state = await this.#context.lane.run(() =>
      readWatchState(this.#context.store, this.#lease.databaseId),
    );
    const known = { ...knownOf(state), mark, rowVersion };
    if (known.id !== kept.id) throw leaseLost(this.#lease);
    if (this.#kept === kept) this.keep(known);
    return known;
  }

  forget(): void {
    this.#kept = null;
    this.#context.memory.forget(this);
  }
}

export function leaseLost(lease: Lease): AppError {
  return new AppError("conflict", `The lease of ${lease.database} is held by another poller.`);
}
