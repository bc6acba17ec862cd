import { systemClock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { RunningRole } from "../roles.ts";
import { connectStore } from "../store/client.ts";
import { listenToStore } from "../store/events.ts";
import { memoryLog, testConfig, testWatchList } from "../testing/role.ts";
import { startPoller } from "./start.ts";

/** A database to watch, five times a second. */
export function watched(name: string, url: string, more: Partial<WatchedDatabase> = {}): WatchedDatabase {
  return {
    name,
    url,
    intervalMs: 200,
    exactEveryMs: 300_000,
    ignore: [],
    baseline: null,
    labels: {},
    dagster: null,
    job: null,
    sample: false,
    ...more,
  };
}

export interface TestPoller {
  readonly role: RunningRole;
  readonly metrics: Metrics;
  /** What it logged: level, message and fields. */
  readonly lines: readonly string[];
  /** As if databases.yaml had changed. */
  list(databases: readonly WatchedDatabase[]): void;
  stop(): Promise<void>;
}

/** A poller in this process, on a store client of its own, with at most so many sessions on a server. */
export async function testPoller(
  storeUrl: string,
  databases: readonly WatchedDatabase[],
  sessionsPerServer = 20,
): Promise<TestPoller> {
  const watchList = testWatchList(databases);
  const lines: string[] = [];
  const store = connectStore(storeUrl);
  const events = await listenToStore(store);
  const metrics = createMetrics();
  const role = await startPoller({
    config: testConfig("poller", { sessionsPerServer }),
    clock: systemClock,
    log: memoryLog(lines),
    metrics,
    store,
    events,
    watchList,
  });
  return {
    role,
    metrics,
    lines,
    list: (next) => watchList.replace(next),
    async stop() {
      await role.stop(2000);
      await events.close();
      await store.close();
    },
  };
}
