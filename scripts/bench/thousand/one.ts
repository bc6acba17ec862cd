import type { Database } from "../../../service/postgres/types.ts";
import { until } from "../../../service/testing/until.ts";
import type { Figure } from "../figures.ts";
import { processorSeconds, residentMiB } from "../idle.ts";
import { end, startRole } from "./roles.ts";
import type { ManyDatabases } from "./server.ts";

const FIRST_LOOKS_MS = 240_000;
const SETTLE_MS = 15_000;
const WATCH_MS = 30_000;
const CHANGED = 100;
/** SESSIONS_PER_SERVER where it is not set. */
const SESSIONS = 20;

/** One poller that watches all: first looks, then nothing, then DDL in many of them at once. */
export async function measureOne(
  server: ManyDatabases,
  store: Database,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const begun = performance.now();
  const poller = startRole(server, "poller");
  const watching = await watchSessions(server);
  const looked = async () => {
    const rows = await store
      .query<{ n: number }>(
        "select count(*)::integer as n from schemawatch.database where state = 'watching'",
        [],
      )
      // Until the poller has made the store's tables.
      .catch(() => []);
    progress(`first looks, ${rows[0]?.n ?? 0} of ${server.names.length}`);
    return rows[0]?.n === server.names.length;
  };
  await until("the first looks", FIRST_LOOKS_MS, looked);
  const firstLooks = (performance.now() - begun) / 1000;
  const peak = await residentMiB(poller.pid, "VmHWM");
  progress("settling");
  await Bun.sleep(SETTLE_MS);
  const before = await processorSeconds(poller.pid);
  progress(`watching for ${WATCH_MS / 1000} s`);
  await Bun.sleep(WATCH_MS);
  const used = (await processorSeconds(poller.pid)) - before;
  const memory = await residentMiB(poller.pid);
  const worker = startRole(server, "worker");
  await worker.ready();
  progress(`DDL on ${CHANGED} at once`);
  const finished = await measureBurst(server, store);
  const sessions = await watching.stop();
  await Promise.all([end(poller), end(worker)]);
  const name = `${server.names.length} databases at 5 s`;
  return [
    { name: `${name}, first looks at all`, value: firstLooks, unit: "s" },
    { name: `${name}, processor`, value: (used / (WATCH_MS / 1000)) * 100, unit: "% of a core", atMost: 50 },
    { name: `${name}, memory`, value: memory * 1.048576, unit: "MB", atMost: 300 },
    { name: `${name}, peak memory with the first looks`, value: peak * 1.048576, unit: "MB" },
    {
      name: `${name}, most sessions of the poller on their server`,
      value: sessions,
      unit: "count",
      atMost: SESSIONS,
    },
    { name: `DDL on ${CHANGED} at once to as many finished runs`, value: finished, unit: "s", atMost: 15 },
  ];
}

/** Counts the poller's sessions a few times a second, until told to stop; resolves to the most there were. */
async function watchSessions(server: ManyDatabases): Promise<{ stop(): Promise<number> }> {
  const admin = server.client("postgres");
  let most = 0;
  let stopped = false;
  const count = async () => {
    while (!stopped) {
      const [row] = await admin.query<{ n: number }>(
        "select count(*)::integer as n from pg_stat_activity where application_name = 'schemawatch poller'",
        [],
      );
      most = Math.max(most, row?.n ?? 0);
      await Bun.sleep(200);
    }
  };
  const counting = count();
  return {
    async stop() {
      stopped = true;
      await counting;
      await admin.close();
      return most;
    },
  };
}

/** Seconds from the first of the statements to the end of the last run. */
async function measureBurst(server: ManyDatabases, store: Database): Promise<number> {
  const names = server.names.filter((_, nth) => nth % Math.floor(server.names.length / CHANGED) === 0);
  const chosen = names.slice(0, CHANGED);
  const clients = chosen.map((name) => server.client(name));
  await Promise.all(clients.map((client) => client.query("select 1")));
  const begun = performance.now();
  await Promise.all(
    clients.map((client) => client.query("alter table public.customers add column bench text")),
  );
  await until(`${CHANGED} finished runs`, 60_000, async () => {
    const [row] = await store.query<{ n: number }>(
      "select count(*)::integer as n from schemawatch.run where state = 'succeeded'",
      [],
    );
    return (row?.n ?? 0) >= CHANGED;
  });
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all(clients.map((client) => client.close()));
  return seconds;
}
