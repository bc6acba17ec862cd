import { type Clock, systemClock } from "../clock.ts";
import type { Config, WatchedDatabase, WatchList } from "../config/types.ts";
import type { Logger } from "../log.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { RunningRole } from "../roles.ts";
import { connectStore } from "../store/client.ts";
import { listenToStore } from "../store/events.ts";
import { migrate } from "../store/migrate.ts";
import { prepareQueue } from "../store/queue.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { startPoller } from "./start.ts";

/** A store with its queue, for tests of the poller. */
export async function testStore(): Promise<TestDatabase> {
  const store = await testDatabase({ template: "store" });
  await migrate(store.db, { also: [prepareQueue] });
  return store;
}

export function watched(name: string, url: string, more: Partial<WatchedDatabase> = {}): WatchedDatabase {
  return {
    name,
    url,
    intervalMs: 200,
    exactEveryMs: 300_000,
    ignore: [],
    baseline: null,
    labels: {},
    sample: false,
    ...more,
  };
}

export interface TestPoller {
  readonly role: RunningRole;
  readonly metrics: Metrics;
  /** What it logged: level and message, with the fields as JSON. */
  readonly lines: readonly string[];
  /** As if databases.yaml had changed. */
  list(databases: readonly WatchedDatabase[]): void;
  stop(): Promise<void>;
}

/** A poller in this process, on a store client of its own. */
export async function testPoller(
  storeUrl: string,
  databases: readonly WatchedDatabase[],
  clock: Clock = systemClock,
): Promise<TestPoller> {
  let current = databases;
  const listeners = new Set<() => void>();
  const watchList: WatchList = {
    current: () => current,
    fault: () => null,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {},
  };
  const lines: string[] = [];
  const store = connectStore(storeUrl);
  const events = await listenToStore(store);
  const metrics = createMetrics();
  const role = await startPoller({
    config: CONFIG,
    clock,
    log: memoryLog(lines, {}),
    metrics,
    store,
    events,
    watchList,
  });
  return {
    role,
    metrics,
    lines,
    list(next) {
      current = next;
      for (const listener of listeners) listener();
    },
    async stop() {
      await role.stop(2000);
      await events.close();
      await store.close();
    },
  };
}

/** The poller reads nothing of it; roles share one context. */
const CONFIG: Config = {
  role: "poller",
  databaseUrl: null,
  dataDir: "",
  host: "127.0.0.1",
  port: 0,
  portNamed: false,
  authFile: null,
  watch: { from: "sample" },
  webhook: null,
  logFormat: "json",
  logLevel: "debug",
  concurrency: 1,
  shutdownMs: 1000,
};

function memoryLog(lines: string[], bound: object): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify({ ...bound, ...fields, err: undefined })}`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => memoryLog(lines, { ...bound, ...fields }),
  };
}
