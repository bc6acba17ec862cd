import type { Database } from "../postgres/types.ts";

/** The channel of every notice; payloads are JSON of StoreEvent, below 8000 bytes. */
export const CHANNEL = "schemawatch";

/** A notice that something changed in the store; who cares reads the store. Sent by `select pg_notify` in the transaction that makes the change. */
export type StoreEvent =
  /** A database's watch state, lease, drift or configuration. */
  | { readonly type: "database"; readonly database: string }
  /** A change was found. */
  | { readonly type: "change"; readonly database: string; readonly change: string }
  /** A run's state, a step's, or its log. */
  | { readonly type: "run"; readonly database: string; readonly run: string }
  /** An exact look is owed: the holder of the lease looks at once. */
  | { readonly type: "look"; readonly database: string; readonly run: string }
  /** The run is to be cancelled: its worker aborts it. */
  | { readonly type: "cancel"; readonly database: string; readonly run: string }
  /** The connection was back after a loss: notices may have been missed, read your state again. */
  | { readonly type: "resume" };

/** The process's one ear on the store. Listeners are called in order of arrival and must not throw or wait. */
export interface StoreEvents {
  subscribe(listener: (event: StoreEvent) => void): () => void;
  close(): Promise<void>;
}

/** Listens on the store's channel until `close`. */
export async function listenToStore(store: Database): Promise<StoreEvents> {
  const listeners = new Set<(event: StoreEvent) => void>();
  const tell = (event: StoreEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const unlisten = await store.listen(
    CHANNEL,
    (payload) => tell(JSON.parse(payload) as StoreEvent),
    () => tell({ type: "resume" }),
  );
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: unlisten,
  };
}
