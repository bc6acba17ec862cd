import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../postgres/types.ts";
import { registerWorker } from "../store/workers.ts";

const RETRY_MS = 250;
/** After all workers lost their locks at once (the store restarted), each has this long to take its own again. */
const SETTLE_MS = 1000;

export interface Membership {
  /** Whether this worker counts as alive. */
  alive(): boolean;
  /** Alive for long enough to judge the others. */
  settled(): boolean;
  /** Gives up the lock: the others may take over what is still running here. */
  leave(): Promise<void>;
}

/**
 * Keeps this worker registered: its row and its session lock, taken again whenever the connection is lost. Resolves
 * once it is registered, or the first attempt failed.
 */
export async function joinWorkers(options: {
  readonly store: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly id: string;
}): Promise<Membership> {
  const { store, clock, log, id } = options;
  const left = new AbortController();
  let since: number | undefined;
  let told = false;

  const hold = (registered: () => void) =>
    store.reserve(async (session, lost) => {
      await registerWorker(session, id);
      since = clock.monotonic();
      told = false;
      registered();
      await untilOne(left.signal, lost);
    });

  const first = Promise.withResolvers<void>();
  const keeping = (async () => {
    while (!left.signal.aborted) {
      try {
        await hold(first.resolve);
      } catch (error) {
        // Once for each time the store is away.
        if (!left.signal.aborted && !told) log.warn({ err: error }, "not registered in the store");
        told = true;
      }
      since = undefined;
      first.resolve();
      await clock.sleep(RETRY_MS, left.signal);
    }
  })();
  await first.promise;

  return {
    alive: () => since !== undefined,
    settled: () => since !== undefined && clock.monotonic() - since >= SETTLE_MS,
    leave: async () => {
      left.abort();
      await keeping;
    },
  };
}

/** Resolves when one of the signals aborts. */
function untilOne(...signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of signals) {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  }
  return promise;
}
