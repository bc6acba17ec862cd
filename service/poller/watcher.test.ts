import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { requestRun } from "../store/runs.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

let store: TestDatabase;
let shop: TestDatabase;
let poller: TestPoller;

beforeEach(async () => {
  [store, shop] = await Promise.all([
    testDatabase({ template: "store" }),
    testDatabase({ template: "sample" }),
  ]);
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  await watching();
});
afterEach(async () => {
  await poller.stop();
  await Promise.all([store.drop(), shop.drop()]);
});

interface ChangeRow {
  id: string;
  cause: string;
  compatibility: string;
  summary: string;
  objects: { kind: string; identity: string; action: string; from?: string }[];
  runs: { cause: string; state: string; outcome: string }[];
}

function changes(): Promise<ChangeRow[]> {
  return store.db.query<ChangeRow>(
    `select c.id::text, c.cause, c.compatibility, c.summary,
            (select json_agg(o.body order by o.seq) from schemawatch.change_object o where o.change_id = c.id) as objects,
            (select json_agg(json_build_object('cause', r.cause, 'state', r.state, 'outcome', r.look ->> 'outcome'))
             from schemawatch.run r join pgboss.job j on j.id = r.job_id where r.change_id = c.id) as runs
     from schemawatch.change c order by c.id`,
    [],
  );
}

async function database(): Promise<{
  state: string;
  snapshot_id: string;
  last_look_cause: string;
  looks: number;
}> {
  const [row] = await store.db.query<never>("select * from schemawatch.database where name = 'shop'", []);
  if (!row) throw new Error("no row");
  return row;
}

function watching() {
  return until("watched", 5000, async () => (await database()).state === "watching");
}

function ended(run: string) {
  return until("look of the run", 5000, async () => {
    const [row] = await store.db.query<{
      state: string;
      look: { outcome: string; ms: number; objects: number };
      change: string | null;
    }>("select state, look, change_id::text as change from schemawatch.run where id = $1", [run]);
    return row?.state === "queued" && row;
  });
}

test("the first look stores the schema and tells no change", async () => {
  expect(await changes()).toEqual([]);
  const [row] = await store.db.query<{ objects: number; stored: number }>(
    `select s.object_count as objects, (select count(*)::integer from schemawatch.snapshot_object) as stored
     from schemawatch.snapshot s`,
    [],
  );
  expect(row?.objects).toBeGreaterThan(100);
  expect(row?.stored).toBe(row?.objects as number);
});

test("a change is found within the interval, judged, and handed over with its run", async () => {
  await shop.db.query("alter table public.customers add column nickname text");
  const found = await until("the change", 5000, async () => (await changes())[0]);
  expect(["gate", "row-version"]).toContain(found.cause);
  expect(found).toMatchObject({
    compatibility: "safe",
    summary: "column public.customers.nickname added",
    objects: [{ kind: "column", identity: "public.customers.nickname", action: "added" }],
    runs: [{ cause: "change", state: "queued", outcome: "changed" }],
  });
});

test("several objects are told worst first, and only what changed is stored", async () => {
  const [before] = await store.db.query<{ n: number }>(
    "select count(*)::integer as n from schemawatch.object",
    [],
  );
  await shop.db.query(
    "alter table public.customers add column a int; alter table public.products add column b int; drop view if exists public.none",
  );
  await until("both", 5000, async () => (await changes()).flatMap((change) => change.objects).length === 2);
  const [after] = await store.db.query<{ n: number }>(
    "select count(*)::integer as n from schemawatch.object",
    [],
  );
  expect((after?.n ?? 0) - (before?.n ?? 0)).toBe(2);
  const [{ current } = { current: 0 }] = await store.db.query<{ current: number }>(
    "select count(*)::integer as current from schemawatch.snapshot_object where last_snapshot is null",
    [],
  );
  const [{ counted } = { counted: 1 }] = await store.db.query<{ counted: number }>(
    "select object_count as counted from schemawatch.snapshot order by id desc limit 1",
    [],
  );
  expect(current).toBe(counted);
});

test("a rename is a rename, also after the poller started anew", async () => {
  await poller.stop();
  await shop.db.query("alter table public.reviews rename to opinions");
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  const found = await until("the change", 5000, async () => (await changes())[0]);
  expect(found).toMatchObject({ cause: "start", objects: [{ action: "renamed", from: "public.reviews" }] });
  expect(found.objects).toHaveLength(1);
});

test("a schema that is put back while nothing ran is no change", async () => {
  await poller.stop();
  await shop.db.query(
    "alter table public.reviews add column x int; alter table public.reviews drop column x",
  );
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  await until("a look", 5000, async () => (await database()).last_look_cause === "start" || undefined);
  await Bun.sleep(500);
  expect(await changes()).toEqual([]);
});

test("a requested look of an unchanged schema ends its run without a change", async () => {
  const { id } = await requestRun(store.db, { database: "shop" });
  expect(await ended(id)).toMatchObject({ look: { outcome: "unchanged" }, change: null });
  expect((await ended(id)).look.objects).toBeGreaterThan(100);
});

test("the first of the waiting runs takes the change, and no run of its own is made", async () => {
  await poller.stop();
  await shop.db.query("alter table public.customers add column nickname text");
  const first = await requestRun(store.db, { database: "shop" });
  const second = await requestRun(store.db, { database: "shop" });
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  const [found] = await Promise.all([ended(first.id), ended(second.id)]);
  const [change] = await changes();
  expect(found.change).toBe(change?.id as string);
  expect(change).toMatchObject({ cause: "request" });
  const runs = await store.db.query("select change_id from schemawatch.run order by id", []);
  expect(runs).toHaveLength(2);
  expect(runs[1]).toEqual({ change_id: null });
});

test("thirty requests at once are all answered, and each look answers those before it", async () => {
  const asked = await Promise.all(
    Array.from({ length: 30 }, () => requestRun(store.db, { database: "shop" })),
  );
  await Promise.all(asked.map(({ id }) => ended(id)));
  const looks = await poller.metrics.looks.get();
  const requested = looks.values.filter((one) => one.labels.cause === "request");
  expect(requested.reduce((sum, one) => sum + one.value, 0)).toBeLessThanOrEqual(30);
});

test("a cancelled request is left alone", async () => {
  await poller.stop();
  const { id } = await requestRun(store.db, { database: "shop" });
  const { cancelRun } = await import("../store/runs.ts");
  await cancelRun(store.db, id);
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  const next = await requestRun(store.db, { database: "shop" });
  await ended(next.id);
  const [row] = await store.db.query("select state, look, job_id from schemawatch.run where id = $1", [id]);
  expect(row).toEqual({ state: "cancelled", look: null, job_id: null });
});

test("the second DDL of a session that stays busy is seen within seconds", async () => {
  const busy = shop.db.transaction(async (tx) => tx.query("select 1"));
  await busy;
  // One session: DDL, DDL at once, then a statement that keeps it from telling its counters.
  const session = shop.db.reserve(async (sql) => {
    await sql.query("alter table public.customers add column first_one int");
    await sql.query("alter table public.customers add column second_one int");
    await sql.query("select pg_sleep(6)");
  });
  await until("the second column", 5000, async () => {
    const all = (await changes()).flatMap((change) => change.objects.map((object) => object.identity));
    return all.includes("public.customers.second_one");
  });
  await session;
});

test("the unconditional look comes whatever the gate says", async () => {
  poller.list([watched("shop", shop.url, { exactEveryMs: 300 })]);
  await until("the look", 5000, async () => (await database()).last_look_cause === "unconditional");
});

test("what is ignored from now on neither goes nor comes", async () => {
  poller.list([watched("shop", shop.url, { ignore: ["public.reviews"] })]);
  const without = () =>
    store.db.query(
      "select 1 from schemawatch.snapshot_object where identity = 'public.reviews' and last_snapshot is null",
      [],
    );
  await until("it is gone from the snapshot", 5000, async () => (await without()).length === 0);
  poller.list([watched("shop", shop.url)]);
  await until("it is back", 5000, async () => (await without()).length > 0);
  expect(await changes()).toEqual([]);
});

test("a stored snapshot of another format is replaced openly, without a change", async () => {
  await poller.stop();
  const before = await database();
  await store.db.query("update schemawatch.snapshot set format = 0", []);
  await shop.db.query("alter table public.customers add column nickname text");
  poller = await testPoller(store.url, [watched("shop", shop.url)]);
  await until("another snapshot", 5000, async () => (await database()).snapshot_id !== before.snapshot_id);
  expect(await changes()).toEqual([]);
  expect(poller.lines.join("\n")).toContain("another format version");
  await shop.db.query("alter table public.customers drop column nickname");
  await until("a change", 5000, async () => (await changes())[0]);
});

test("a database that was made anew is compared by identity", async () => {
  const anew = await testDatabase({ template: "sample" });
  await anew.db.query("alter table public.customers add column nickname text");
  poller.list([watched("shop", anew.url)]);
  const found = await until("the change", 5000, async () => (await changes())[0]);
  expect(found.objects).toHaveLength(1);
  expect(found).toMatchObject({ summary: "column public.customers.nickname added" });
  // From now on it is the one whose addresses count.
  await anew.db.query("alter table public.reviews rename to opinions");
  const renamed = await until("the rename", 5000, async () => (await changes())[1]);
  expect(renamed.objects).toMatchObject([{ action: "renamed", from: "public.reviews" }]);
  poller.list([]);
  await anew.drop();
});

test("another server with the same schema is no change, and a snapshot of its own", async () => {
  const before = await database();
  const twin = await testDatabase({ template: "sample" });
  poller.list([watched("shop", twin.url)]);
  await until("another snapshot", 5000, async () => (await database()).snapshot_id !== before.snapshot_id);
  const after = await database();
  poller.list([watched("shop", shop.url)]);
  await until("back again", 5000, async () => (await database()).snapshot_id !== after.snapshot_id);
  expect(await changes()).toEqual([]);
  const rows = await store.db.query<{ n: number }>(
    "select count(*)::integer as n from schemawatch.snapshot_object where kind <> 'database' group by first_snapshot",
    [],
  );
  // Of the content only the name of the database is another.
  expect(rows).toHaveLength(1);
  await twin.drop();
});

test("a look that meets a lock on the schema fails with that reason, and comes back by itself", async () => {
  await shop.db.transaction(async (tx) => {
    await tx.query("lock table public.customers in access exclusive mode", []);
    const { id } = await requestRun(store.db, { database: "shop" });
    const { look } = await ended(id);
    expect(look.ms).toBeLessThan(3500);
    expect(look).toMatchObject({ outcome: "failed", reason: expect.stringContaining("lock") });
  });
  await watching();
});

test("Schemawatch's own schemas are not watched in its own store", async () => {
  poller.list([watched("store", store.url)]);
  await until("a snapshot", 5000, async () => {
    const rows = await store.db.query(
      "select 1 from schemawatch.database where name = 'store' and snapshot_id is not null",
      [],
    );
    return rows.length > 0;
  });
  const own = await store.db.query(
    `select identity from schemawatch.snapshot_object s join schemawatch.database d on d.id = s.database_id
     where d.name = 'store' and (identity like 'schemawatch%' or identity like 'pgboss%')`,
    [],
  );
  expect(own).toEqual([]);
});
