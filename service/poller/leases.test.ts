import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { FORMAT_VERSION } from "../catalog/model.ts";
import { commitFailed, commitSeen } from "../store/handover.ts";
import { turnLeases } from "../store/leases.ts";
import { requestRun } from "../store/runs.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

let store: TestDatabase;
let shop: TestDatabase;
let pollers: TestPoller[] = [];

beforeEach(async () => {
  [store, shop] = await Promise.all([testDatabase({ template: "store" }), testDatabase()]);
});
afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()));
  pollers = [];
  await Promise.all([store.drop(), shop.drop()]);
});

/** Several names for one database: what counts here is who holds them. */
function names(count: number) {
  return Array.from({ length: count }, (_, at) => watched(`db-${at}`, shop.url));
}

async function begin(count: number): Promise<TestPoller> {
  const poller = await testPoller(store.url, names(count));
  pollers.push(poller);
  return poller;
}

async function end(poller: TestPoller): Promise<void> {
  pollers = pollers.filter((one) => one !== poller);
  await poller.stop();
}

/** How many leases each holder has, smallest first. */
async function shares(): Promise<number[]> {
  const rows = await store.db.query<{ n: number }>(
    `select count(*)::integer as n from schemawatch.database
     where lease_until > clock_timestamp() group by lease_holder order by n`,
    [],
  );
  return rows.map((row) => row.n);
}

test("one poller holds all, three share evenly, and those left take over what one gives up", async () => {
  const first = await begin(10);
  expect(await shares()).toEqual([10]);
  const others = await Promise.all([begin(10), begin(10)]);
  await until("even shares", 6000, async () => (await shares()).join() === "3,3,4");
  await end(first);
  await until("two shares", 5000, async () => (await shares()).join() === "5,5");
  await Promise.all(others.map(end));
  expect(await shares()).toEqual([]);
});

test("the lease of one that is gone without a word is elsewhere within five seconds, with a higher fence", async () => {
  await store.db.query(
    `insert into schemawatch.database (name, interval_ms, exact_every_ms, lease_holder, lease_fence, lease_until)
     values ('db-0', 1000, 300000, gen_random_uuid(), 7, clock_timestamp() + interval '3 s')`,
    [],
  );
  await begin(1);
  await until("taken over", 5000, async () => {
    const rows = await store.db.query(
      "select 1 from schemawatch.database where lease_fence = 8 and state = 'watching'",
      [],
    );
    return rows.length === 1;
  });
});

test("who shows an older fence is refused, and nothing is written", async () => {
  await begin(1);
  await until("watched", 5000, async () => {
    const rows = await store.db.query("select 1 from schemawatch.database where state = 'watching'", []);
    return rows.length === 1;
  });
  await Promise.all(pollers.map(end));
  const [lease] = await turnLeases(store.db, { holder: crypto.randomUUID(), names: ["db-0"], seen: [] });
  if (!lease) throw new Error("no lease");
  const everything = async () => {
    const [row] = await store.db.query(
      `select (select json_agg(d) from schemawatch.database d) as databases,
              (select count(*) from schemawatch.snapshot) as snapshots,
              (select count(*) from schemawatch.object) as objects,
              (select json_agg(r) from schemawatch.run r) as runs`,
      [],
    );
    return row;
  };
  const { id } = await requestRun(store.db, { database: "db-0" });
  const before = await everything();
  const object = { kind: "schema", name: "x", identity: "x", attributes: {} } as const;
  const look = {
    outcome: "unchanged",
    at: new Date().toISOString(),
    ms: 1,
    objects: 1,
    reason: null,
  } as const;
  const seen = {
    cause: "gate",
    look,
    mark: {},
    rowVersion: "",
    requested: [id],
    readdressed: [],
    changes: [],
    baseline: null,
    current: null,
    attribution: { statements: [], objects: [], transients: [], state: "none" },
    replaced: null,
    server: {
      tap: { state: "none", version: null, listening: false, reason: null },
      counting: true,
      standby: false,
      notice: null,
    },
  } as const;
  const next = {
    snapshot: { format: FORMAT_VERSION, serverVersionNum: 180000, objects: [object], unreadable: [] },
    fingerprint: "f",
    before: null,
    ended: [],
    begun: [{ object, hash: "h" }],
  };
  for (const zombie of [
    { ...lease, fence: "1" },
    { ...lease, holder: crypto.randomUUID() },
  ]) {
    expect(await commitSeen(store.db, { ...seen, lease: zombie, next })).toBeNull();
    expect(await commitSeen(store.db, { ...seen, lease: zombie, next: null })).toBeNull();
    const failed = { lease: zombie, reason: "r", failures: 1, nextTryMs: 1, look, requested: [id] };
    expect(await commitFailed(store.db, failed)).toBe(false);
  }
  expect(await everything()).toEqual(before);
  // A look may take longer than a lease: as long as nobody took it, what was seen is still its holder's to hand over.
  await store.db.query("update schemawatch.database set lease_until = clock_timestamp()", []);
  expect((await commitSeen(store.db, { ...seen, lease, next: null }))?.runs).toEqual([id]);
});

test("a database that is no longer listed is watched no more, and its history stays", async () => {
  const poller = await begin(2);
  await until("watched", 5000, async () => {
    const rows = await store.db.query("select 1 from schemawatch.database where state = 'watching'", []);
    return rows.length === 2;
  });
  poller.list(names(1));
  await until("given up", 5000, async () => (await shares()).join() === "1");
  expect(
    await store.db.query(
      "select watched, snapshot_id is not null as seen from schemawatch.database order by name",
      [],
    ),
  ).toEqual([
    { watched: true, seen: true },
    { watched: false, seen: true },
  ]);
  poller.list(names(2));
  await until("watched again", 5000, async () => (await shares()).join() === "2");
});

test("labels and intervals follow the list, and the sample carries its psql line", async () => {
  const poller = await begin(1);
  poller.list([watched("db-0", shop.url, { sample: true, labels: { team: "a" }, intervalMs: 700 })]);
  const row = await until("written", 5000, async () => {
    const [found] = await store.db.query("select labels, interval_ms, connect from schemawatch.database", []);
    return found?.interval_ms === 700 && found;
  });
  expect(row).toEqual({ labels: { team: "a" }, interval_ms: 700, connect: `psql "${shop.url}"` });
  poller.list([watched("db-0", shop.url)]);
  await until("taken back", 5000, async () => {
    const [found] = await store.db.query("select labels, connect from schemawatch.database", []);
    return JSON.stringify(found) === '{"labels":{},"connect":null}';
  });
});

test("a lost store is come back to, and what changed meanwhile is found", async () => {
  const poller = await begin(1);
  await until("watched", 5000, async () => {
    const rows = await store.db.query("select 1 from schemawatch.database where state = 'watching'", []);
    return rows.length === 1;
  });
  for (let round = 0; round < 3; round += 1) {
    await store.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      [],
    );
    await shop.db.query(`create table t${round} (id int)`, []);
    await until(`table ${round}`, 5000, async () => {
      const rows = await store.db.query("select 1 from schemawatch.change", []).catch(() => []);
      return rows.length === round + 1;
    });
  }
  expect(poller.role.unready()).toEqual([]);
});
