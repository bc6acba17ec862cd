import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import { readDatabase } from "../store/read/databases.ts";
import { installTap } from "../tap/tap.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";
import { type PollerProcess, spawnPoller } from "./testing-crash.ts";

// Minutes only where the machine has much else to do.
setDefaultTimeout(180_000);
const LATEST_MS = 120_000;
const FOUND_MS = 30_000;

const MANY = 60;
const INTERVAL_MS = 500;

let store: TestDatabase;
let shops: TestDatabase[];
let poller: TestPoller | undefined;
let processes: PollerProcess[] = [];
let counts: (() => Promise<void>)[] = [];

// One store for all, so that only the first test waits for first looks.
beforeAll(async () => {
  store = await testDatabase({ template: "store" });
  shops = await Promise.all(Array.from({ length: MANY }, () => testDatabase()));
});
afterAll(async () => {
  for (const shop of shops) await shop.drop();
  await store.drop();
});
afterEach(async () => {
  await poller?.stop();
  poller = undefined;
  await Promise.all(processes.map((one) => one.signal("SIGKILL")));
  processes = [];
  await Promise.all(counts.map((end) => end()));
  counts = [];
});

const nameOf = (at: number) => `db-${at}`;

function list(count: number) {
  return shops.slice(0, count).map(({ url }, at) => watched(nameOf(at), url, { intervalMs: INTERVAL_MS }));
}

async function watch(count: number, sessions: number): Promise<TestPoller> {
  poller = await testPoller(store.url, list(count), sessions);
  await allLookedAt(poller, count);
  return poller;
}

async function allLookedAt({ role }: TestPoller, count: number): Promise<void> {
  await until("a look at each", LATEST_MS, () => role.unready().length === 0);
  await until("all watched", LATEST_MS, async () => (await inState("watching")) === count);
}

async function inState(state: string): Promise<number> {
  const rows = await store.db.query("select 1 from schemawatch.database where watched and state = $1", [
    state,
  ]);
  return rows.length;
}

/** Which databases were told of a table of this name, one for each time. */
async function told(table: string): Promise<string[]> {
  const rows = await store.db.query<{ name: string }>(
    `select d.name from schemawatch.change_object o
     join schemawatch.change c on c.id = o.change_id
     join schemawatch.database d on d.id = c.database_id
     where o.kind = 'table' and o.identity = $1 order by split_part(d.name, '-', 2)::integer`,
    [`public.${table}`],
  );
  return rows.map(({ name }) => name);
}

/** Counts the pollers' sessions again and again until `stop`, which resolves to the most there were. */
function countSessions(): { stop(): Promise<number> } {
  let most = 0;
  let going = true;
  counts.push(() => {
    going = false;
    return counting;
  });
  const counting = (async () => {
    while (going) {
      const rows = await store.db.query(
        "select 1 from pg_stat_activity where application_name = 'schemawatch poller'",
        [],
      );
      most = Math.max(most, rows.length);
      await Bun.sleep(5);
    }
  })();
  return {
    async stop() {
      going = false;
      await counting;
      return most;
    },
  };
}

/** How many gates of their own databases were read so far. */
async function gatesRead({ metrics }: TestPoller): Promise<number> {
  const { values } = await metrics.gateSeconds.get();
  return values.find(({ metricName }) => metricName?.endsWith("_count"))?.value ?? 0;
}

test("60 databases on 5 sessions: all are looked at, DDL on 20 at once is found, and there are never more sessions", async () => {
  const sessions = countSessions();
  poller = await testPoller(store.url, list(MANY), 5);
  expect(poller.role.unready().join()).toMatch(/has not looked at every database yet \(\d+ of 60\)/);
  await allLookedAt(poller, MANY);
  const chosen = shops.slice(10, 30);
  await Promise.all(chosen.map((shop) => shop.db.query("create table public.at_once (id int)", [])));
  await until("20 tables", FOUND_MS, async () => (await told("at_once")).length >= 20);
  await Bun.sleep(1000);
  expect(await told("at_once")).toEqual(chosen.map((_, at) => nameOf(at + 10)));
  expect(await inState("unreachable")).toBe(0);
  const most = await sessions.stop();
  expect(most).toBeGreaterThan(3);
  expect(most).toBeLessThanOrEqual(5);
  expect(poller.lines.filter((line) => line.includes("more databases than sessions"))).toHaveLength(1);
  const { values } = await poller.metrics.sessions.get();
  expect(values).toHaveLength(1);
  expect(values[0]?.value).toBeLessThanOrEqual(5);
});

test("a quiet database costs no session: its server's gate is read for it", async () => {
  const own = await watch(12, 3);
  // Counters that the tests before left come in for some seconds.
  await until("quiet", LATEST_MS, async () => {
    const before = await gatesRead(own);
    await Bun.sleep(3 * INTERVAL_MS);
    return (await gatesRead(own)) === before;
  });
  const quietSince = await gatesRead(own);
  const [now] = await store.db.query("select clock_timestamp() as at", []);
  await until("all checked since", FOUND_MS, async () => {
    const rows = await store.db.query(
      "select 1 from schemawatch.database where watched and last_gate_at > $1",
      [now?.at],
    );
    return rows.length === 12;
  });
  expect(await gatesRead(own)).toBe(quietSince);
  const before = await gatesRead(own);
  await shops[3]?.db.query("create table public.only_here (id int)", []);
  await until("the table", FOUND_MS, async () => (await told("only_here")).join() === nameOf(3));
  expect((await gatesRead(own)) - before).toBeLessThan(6);
});

test("a database that is written to all the time starves no other, and is itself watched", async () => {
  await watch(12, 3);
  await shops[0]?.db.query("create table public.busy (id int)", []);
  let going = true;
  const writing = Promise.all(
    [0, 1, 2, 3].map(async (at) => {
      await shops[at]?.db.query("create table if not exists public.busy (id int)", []);
      while (going) {
        await shops[at]?.db.query("insert into public.busy values (1)", []);
        await Bun.sleep(20);
      }
    }),
  );
  try {
    await Bun.sleep(1500);
    await Promise.all([0, 9].map((at) => shops[at]?.db.query("create table public.beside (id int)", [])));
    await until("both", FOUND_MS, async () => (await told("beside")).join() === "db-0,db-9");
    const [now] = await store.db.query("select clock_timestamp() as at", []);
    await until("all checked since", FOUND_MS, async () => {
      const rows = await store.db.query(
        "select 1 from schemawatch.database where watched and last_gate_at > $1",
        [now?.at],
      );
      return rows.length === 12;
    });
  } finally {
    going = false;
    await writing;
  }
});

test("DDL whose counters a session holds back is found at the interval all the same", async () => {
  await watch(12, 3);
  const session = connect({
    url: shops[5]?.url ?? "",
    applicationName: "migration",
    maxConnections: 1,
    deadlineMs: 5000,
  });
  try {
    await session.query("create table public.first (id int)");
    await until("the first", FOUND_MS, async () => (await told("first")).length === 1);
    // Within a second of a flush, which is what makes PostgreSQL hold back the next.
    await session.query("select 1");
    await session.query("create table public.second (id int)");
    await session.query("create table public.third (id int)");
    // Held back they would come in after 10 s.
    await until("the others", 8000, async () => (await told("third")).length === 1);
    expect(await told("second")).toEqual([nameOf(5)]);
  } finally {
    await session.close();
  }
});

test("a tap is listened to while a session is left for that, and the page says when none is", async () => {
  const tapped = shops[1] as TestDatabase;
  await installTap(tapped.db, []);
  const own = await watch(2, 4);
  const tap = async () => (await readDatabase(store.db, nameOf(1))).tap;
  await until("listening", FOUND_MS, async () => (await tap())?.listening);
  own.list(list(8));
  const unheard = await until("polled", FOUND_MS, async () => {
    const standing = await tap();
    return standing?.listening === false && standing;
  });
  expect(unheard.reason).toContain("8 databases share 4 sessions");
  expect(unheard.reason).toContain("SESSIONS_PER_SERVER");
  await tapped.db.query("create table public.polled (id int)", []);
  await until("the table", FOUND_MS, async () => (await told("polled")).length === 1);
  const [change] = await store.db.query(
    "select authors from schemawatch.change order by id desc limit 1",
    [],
  );
  expect(change).toEqual({ authors: ["schemawatch"] });
  own.list(list(2));
  await until("listening again", FOUND_MS, async () => (await tap())?.listening);
  expect((await tap())?.reason).toBeNull();
});

test("a poller that loses most of its databases before it came to them waits for no session of theirs", async () => {
  const first = await testPoller(store.url, list(MANY), 3);
  const second = await testPoller(store.url, list(MANY), 3);
  try {
    await until("two shares", FOUND_MS, async () => {
      const { values } = await first.metrics.leases.get();
      return values[0]?.value === MANY / 2;
    });
    const { values } = await first.metrics.sessionsAwaited.get();
    expect(values[0]?.value).toBeLessThanOrEqual(MANY / 2);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test("three pollers share many databases evenly within 10 s, and those left within 5 s of a kill", async () => {
  const shares = async () => {
    const rows = await store.db.query<{ n: number }>(
      `select count(*)::integer as n from schemawatch.database
       where lease_until > clock_timestamp() group by lease_holder order by n`,
      [],
    );
    return rows.map(({ n }) => n).join();
  };
  const sessions = countSessions();
  processes = await Promise.all([1, 2, 3].map(() => spawnPoller(store.url, list(MANY), 4)));
  await until("even shares", 10_000, async () => (await shares()) === "20,20,20");
  await until("all watched", LATEST_MS, async () => (await inState("watching")) === MANY);
  await processes.shift()?.signal("SIGKILL");
  await until("even shares of two", 5000, async () => (await shares()) === "30,30");
  await Promise.all(shops.map((shop) => shop.db.query("create table public.after_kill (id int)", [])));
  await until("every table", LATEST_MS, async () => (await told("after_kill")).length >= MANY);
  expect(await told("after_kill")).toEqual(shops.map((_, at) => nameOf(at)));
  expect(await sessions.stop()).toBeLessThanOrEqual(12);
});
