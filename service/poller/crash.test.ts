import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import type { WatchedDatabase } from "../config/types.ts";
import { requestRun } from "../store/runs.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { watched } from "./testing.ts";
import { breaches, isUpToDate, type PollerProcess, spawnPoller } from "./testing-crash.ts";

setDefaultTimeout(120_000);

let store: TestDatabase;
let shops: TestDatabase[];
let databases: WatchedDatabase[];
let pollers: PollerProcess[];

beforeEach(async () => {
  pollers = [];
  [store, ...shops] = await Promise.all([
    testDatabase({ template: "store" }),
    testDatabase(),
    testDatabase(),
    testDatabase(),
  ]);
  databases = shops.map((shop, at) => watched(`db-${at}`, shop.url, { intervalMs: 100 }));
});
afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.signal("SIGKILL")));
  await Promise.all([store, ...shops].map((database) => database.drop()));
});

async function begin(): Promise<PollerProcess> {
  const poller = await spawnPoller(store.url, databases);
  pollers.push(poller);
  return poller;
}

async function end(poller: PollerProcess, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  pollers = pollers.filter((one) => one !== poller);
  await poller.signal(signal);
}

/** The leases of the dead run out now; leases.test.ts waits for that. */
async function expireLeases(): Promise<void> {
  await store.db.query("update schemawatch.database set lease_until = clock_timestamp()", []);
}

/** Every object that was told as added, with how often, in the order of first telling. */
function told(prefix: string): Promise<{ database: string; identity: string; times: number }[]> {
  return store.db.query(
    `select d.name as database, o.identity, count(*)::integer as times
     from schemawatch.change_object o
     join schemawatch.change c on c.id = o.change_id
     join schemawatch.database d on d.id = c.database_id
     where o.action = 'added' and o.identity like $1
     group by d.name, o.identity order by d.name, o.identity`,
    [`${prefix}%`],
  );
}

async function allWatched(): Promise<void> {
  await until("all watched", 10_000, async () => {
    const rows = await store.db.query("select 1 from schemawatch.database where state = 'watching'", []);
    return rows.length === databases.length;
  });
}

async function settled(withinMs: number): Promise<void> {
  await until("every database as it is now, every request answered", withinMs, async () => {
    const ids = await store.db.query<{ id: number }>("select id from schemawatch.database order by name", []);
    const waiting = await store.db.query("select 1 from schemawatch.run where state = 'requested'", []);
    const same = await Promise.all(
      shops.map(async (shop, at) => isUpToDate(store.db, ids[at]?.id ?? 0, shop.db)),
    );
    return waiting.length === 0 && same.every(Boolean);
  });
}

test("pollers killed at random under DDL and requests: nothing is lost, nothing is told twice", async () => {
  await Promise.all([begin(), begin(), begin()]);
  await allWatched();
  let working = true;
  const made: { database: string; identity: string; times: number }[] = [];
  const asked: string[] = [];
  const load = shops.map(async (shop, at) => {
    await shop.db.query("create table public.base (id int)", []);
    for (let n = 100; working; n += 1) {
      const table = `made_${n}`;
      await shop.db.query(`create table public.${table} (id int)`, []);
      made.push({ database: `db-${at}`, identity: `public.${table}`, times: 1 });
      await shop.db.query(`alter table public.base add column c_${n} int`, []);
      made.push({ database: `db-${at}`, identity: `public.base.c_${n}`, times: 1 });
      if (n % 3 === 0) asked.push((await requestRun(store.db, { database: `db-${at}` })).id);
      await Bun.sleep(Math.random() * 120);
    }
  });
  for (let kill = 0; kill < 14; kill += 1) {
    await Bun.sleep(150 + Math.random() * 600);
    const victim = pollers[Math.floor(Math.random() * pollers.length)];
    if (!victim) throw new Error("no poller");
    await end(victim, "SIGKILL");
    expect(await breaches(store.db)).toEqual([]);
    await begin();
  }
  working = false;
  await Promise.all(load);
  await settled(15_000);

  expect(await breaches(store.db)).toEqual([]);
  // The base table may have been told with its first columns inside it; everything else is told for itself.
  const inBase = await store.db.query<{ database: string; identity: string }>(
    `select d.name as database, part ->> 'identity' as identity
     from schemawatch.change_object o
     join schemawatch.change c on c.id = o.change_id
     join schemawatch.database d on d.id = c.database_id
     cross join jsonb_array_elements(o.body -> 'contains') as part
     where o.identity = 'public.base' and part ->> 'identity' like 'public.base.c\\_%'`,
    [],
  );
  const all = [...(await told("public.made_")), ...(await told("public.base.c_"))].filter(
    ({ identity }) => !/^public\.made_\d+\./.test(identity),
  );
  all.push(...inBase.map((one) => ({ ...one, times: 1 })));
  const sorted = (rows: { database: string; identity: string; times: number }[]) =>
    rows.map((row) => `${row.database} ${row.identity} ${row.times}`).sort();
  expect(sorted(all)).toEqual(sorted(made));
  expect(asked.length).toBeGreaterThan(5);
  const runs = await store.db.query(
    "select 1 from schemawatch.run where id = any ($1) and look is not null",
    [asked],
  );
  expect(runs).toHaveLength(asked.length);
});

// The tables that a hand-over writes, in its order: whoever waits for one of them is inside the transaction.
for (const table of [
  "schemawatch.snapshot",
  "schemawatch.object",
  "schemawatch.snapshot_object",
  "schemawatch.change",
  "schemawatch.change_object",
  "schemawatch.run",
  "pgboss.job",
]) {
  test(`a poller killed while it writes ${table} leaves nothing half-written, and another hands over`, async () => {
    databases = databases.slice(0, 1);
    const victim = await begin();
    await allWatched();
    const { id } = await requestRun(store.db, { database: "db-0" });
    await until("answered", 10_000, async () => {
      const rows = await store.db.query("select 1 from schemawatch.run where id = $1 and state = 'queued'", [
        id,
      ]);
      return rows.length === 1;
    });
    await store.db.transaction(async (tx) => {
      await tx.query(`lock table ${table} in share mode`, []);
      await shops[0]?.db.query("create table public.made (id int)", []);
      await until(`waiting for ${table}`, 10_000, async () => {
        const rows = await store.db.query(
          "select 1 from pg_locks where not granted and relation = $1::regclass",
          [table],
        );
        return rows.length > 0;
      });
      await end(victim, "SIGKILL");
    });
    expect(await breaches(store.db)).toEqual([]);
    await expireLeases();
    await begin();
    await until("handed over", 10_000, async () => (await told("public.made")).length === 1);
    await Bun.sleep(300);
    expect((await told("public.made")).map((one) => one.times)).toEqual([1]);
    expect(await breaches(store.db)).toEqual([]);
  });
}

test("a poller killed while its COMMIT runs has handed over, and the next one does not do it again", async () => {
  databases = databases.slice(0, 1);
  const victim = await begin();
  await allWatched();
  await store.db.query(
    `create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.7); return null; end';
     create constraint trigger slow after insert on schemawatch.change deferrable initially deferred
       for each row execute function slow()`,
  );
  await shops[0]?.db.query("create table public.made (id int)", []);
  await until("committing", 10_000, async () => {
    const rows = await store.db.query(
      "select 1 from pg_stat_activity where query ilike 'commit' and state = 'active' and wait_event = 'PgSleep'",
      [],
    );
    return rows.length > 0;
  });
  await end(victim, "SIGKILL");
  expect(await told("public.made")).toEqual([]);
  await begin();
  await until("handed over", 10_000, async () => (await told("public.made")).length === 1);
  await Bun.sleep(500);
  expect((await told("public.made")).map((one) => one.times)).toEqual([1]);
  expect(await breaches(store.db)).toEqual([]);
});

test("a poller that is frozen inside its hand-over is replaced, and refused when it wakes", async () => {
  databases = databases.slice(0, 1);
  const zombie = await begin();
  await allWatched();
  // Once before, so that its statements are prepared and it freezes between two of them.
  await shops[0]?.db.query("create table public.earlier (id int)", []);
  await until("the first change", 10_000, async () => (await told("public.earlier")).length === 1);
  await store.db.transaction(async (tx) => {
    await tx.query("lock table schemawatch.change in share mode", []);
    await shops[0]?.db.query("create table public.made (id int)", []);
    await until("waiting", 10_000, async () => {
      const rows = await store.db.query(
        "select 1 from pg_locks where not granted and relation = 'schemawatch.change'::regclass",
        [],
      );
      return rows.length > 0;
    });
    await zombie.signal("SIGSTOP");
  });
  await begin();
  await until("handed over by the other", 9000, async () => (await told("public.made")).length === 1);
  await zombie.signal("SIGCONT");
  await shops[0]?.db.query("create table public.made_later (id int)", []);
  await until("the next change", 10_000, async () => (await told("public.made_later")).length === 1);
  await Bun.sleep(1500);
  expect((await told("public.made")).map((one) => one.times)).toEqual([1, 1]);
  expect(await breaches(store.db)).toEqual([]);
});
