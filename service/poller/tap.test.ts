import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import type { ChangeDetail, DatabaseDetail } from "../store/models.ts";
import { listChanges, readChange } from "../store/read/changes.ts";
import { readDatabase } from "../store/read/databases.ts";
import { requestRun } from "../store/runs.ts";
import { installTap, removeTap } from "../tap/tap.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

setDefaultTimeout(60_000);

/** So long that only the tap can be why something is found in time. */
const SELDOM = { intervalMs: 30_000 };

let store: TestDatabase;
let shop: TestDatabase;
let poller: TestPoller;
let clients: Database[];

beforeEach(async () => {
  clients = [];
  [store, shop] = await Promise.all([
    testDatabase({ template: "store" }),
    testDatabase({ template: "sample" }),
  ]);
});
afterEach(async () => {
  await poller.stop();
  await Promise.all(clients.map((db) => db.close()));
  await Promise.all([store.drop(), shop.drop()]);
});

async function watch(more: Parameters<typeof watched>[2] = SELDOM, url = shop.url): Promise<void> {
  poller = await testPoller(store.url, [watched("shop", url, more)]);
  await until("watched", 10_000, async () => (await database()).state === "watching");
}

function database(): Promise<DatabaseDetail> {
  return readDatabase(store.db, "shop");
}

async function all(): Promise<ChangeDetail[]> {
  const { items } = await listChanges(store.db);
  return Promise.all(items.toReversed().map(({ id }) => readChange(store.db, id)));
}

function changes(least: number): Promise<ChangeDetail[]> {
  return until(`${least} changes`, 8000, async () => {
    const found = await all();
    return found.length >= least && found;
  });
}

/** A client with a name of its own. */
function client(name: string): Database {
  const db = connect({ url: shop.url, applicationName: name, maxConnections: 1, deadlineMs: 5000 });
  clients.push(db);
  return db;
}

/** Looks now, whatever the tap says. */
async function look(): Promise<void> {
  const { id } = await requestRun(store.db, { database: "shop" });
  await until("the look", 8000, async () => {
    const [row] = await store.db.query<{ state: string }>("select state from schemawatch.run where id = $1", [
      id,
    ]);
    return row?.state === "queued";
  });
}

test("a change is found at once, and says who made it with which statement", async () => {
  await installTap(shop.db, []);
  await watch();
  expect((await database()).tap).toEqual({ state: "read", version: 1, listening: true, reason: null });
  await client("psql").query("alter table public.customers add column nickname text");
  const [change] = await changes(1);
  expect(change).toMatchObject({
    cause: "tap",
    attribution: "read",
    authors: ["schemawatch"],
    changes: [{ identity: "public.customers.nickname", statements: [1] }],
    statements: [
      {
        seq: 1,
        login: "schemawatch",
        role: null,
        application: "psql",
        address: "127.0.0.1",
        tag: "ALTER TABLE",
        text: "alter table public.customers add column nickname text",
      },
    ],
  });
});

test("each of several statements is told with the objects that it names", async () => {
  await watch();
  await poller.stop();
  await installTap(shop.db, []);
  await client("ann").query("alter table public.customers add column from_ann text");
  await client("ben").query("alter table public.customers add column from_ben text");
  await client("cy").query(
    "create table public.from_cy (id int primary key); create index from_cy_id on public.from_cy (id)",
  );
  await client("di").query("grant select on public.products to pg_monitor");
  await client("ed").query("alter table public.reviews rename to opinions");
  await watch();
  const [change] = await changes(1);
  const who = new Map(
    change?.changes.map(({ identity, statements }) => [
      identity,
      [...new Set(statements.map((seq) => change.statements[seq - 1]?.application))].join(),
    ]),
  );
  expect(Object.fromEntries(who)).toEqual({
    "public.customers.from_ann": "ann",
    "public.customers.from_ben": "ben",
    "public.from_cy": "cy",
    "public.products": "di",
    "public.opinions": "ed",
  });
});

test("what came and went between two looks is a change of its own kind", async () => {
  await installTap(shop.db, []);
  await watch();
  await shop.db.query(
    "begin; create table public.flash (id int primary key); create index flash_i on public.flash (id); drop table public.flash; commit",
  );
  const [change] = await changes(1);
  expect(change).toMatchObject({
    summary: "table public.flash came and went",
    transients: 1,
    total: 0,
    compatibility: "safe",
    transientObjects: [{ kind: "table", identity: "public.flash", what: "came and went" }],
    authors: ["schemawatch"],
  });
  expect(change?.statements.length).toBeGreaterThan(0);
  expect(change?.runId).not.toBeNull();
  await shop.db.query(
    "begin; alter table public.customers add column flash int; alter table public.customers drop column flash; commit",
  );
  const [, second] = await changes(2);
  expect(second?.transientObjects).toMatchObject([{ kind: "column", identity: "public.customers.flash" }]);
  await shop.db.query(
    "begin; alter table public.customers set (fillfactor = 50); alter table public.customers reset (fillfactor); commit",
  );
  const [, , third] = await changes(3);
  expect(third?.transientObjects).toMatchObject([
    { kind: "table", identity: "public.customers", what: "altered and put back" },
  ]);
});

test("what leaves everything as it is, is nothing", async () => {
  await installTap(shop.db, []);
  await shop.db.query(
    "create function public.f() returns int language sql as 'select 1'; create materialized view public.m as select 1 as one",
  );
  await watch({ ...SELDOM, ignore: ["public.tmp_*", "hidden"] });
  await shop.db.query("create or replace function public.f() returns int language sql as 'select 1'");
  await shop.db.query("create or replace function public.f() returns int language sql as 'select 1'");
  await shop.db.query("refresh materialized view public.m; refresh materialized view public.m");
  await shop.db.query("create temp table t (id int); drop table t");
  await shop.db.query("create table if not exists public.customers ()");
  await shop.db.query("create table public.tmp_1 (id int primary key); drop table public.tmp_1");
  await shop.db.query("create schema hidden; create table hidden.t (); drop schema hidden cascade");
  await shop.db.query(
    "alter table public.customers owner to current_user; alter table public.customers owner to current_user",
  );
  await look();
  expect(await all()).toEqual([]);
});

test("what passes the tap by is found all the same, and its author is unknown though the tap is there", async () => {
  await installTap(shop.db, []);
  await watch();
  await shop.db.query(
    "alter event trigger schemawatch_tap_end disable; create table public.quiet (); alter event trigger schemawatch_tap_end enable always",
  );
  await look();
  const [change] = await changes(1);
  expect(change).toMatchObject({
    attribution: "read",
    authors: [],
    changes: [{ identity: "public.quiet", statements: [] }],
  });
});

test("without a tap the author is unknown, and a tap that comes later is heard", async () => {
  await watch({ intervalMs: 200 });
  expect((await database()).tap).toMatchObject({ state: "none", listening: false });
  await shop.db.query("create table public.before ()");
  expect((await changes(1))[0]).toMatchObject({ attribution: "none", authors: [], statements: [] });
  await installTap(shop.db, []);
  await shop.db.query("create table public.after ()");
  expect((await changes(2))[1]).toMatchObject({ attribution: "read", authors: ["schemawatch"] });
  await until("listening", 5000, async () => (await database()).tap?.listening);
  await removeTap(shop.db);
  await shop.db.query("create table public.later ()");
  expect((await changes(3))[2]).toMatchObject({ attribution: "none", authors: [] });
  expect((await database()).tap).toMatchObject({ state: "none", listening: false });
});

test("what was noted while nobody watched is read from the log", async () => {
  await installTap(shop.db, []);
  await watch();
  await poller.stop();
  await client("night shift").query("create table public.at_night ()");
  await watch();
  const [change] = await changes(1);
  expect(change).toMatchObject({ cause: "start", statements: [{ application: "night shift" }] });
});

test("a transaction that was noted early and committed late is not missed", async () => {
  await installTap(shop.db, []);
  await watch({ intervalMs: 200 });
  await client("slow").transaction(async (tx) => {
    await tx.query("create table public.slow ()");
    await shop.db.query("create table public.quick ()");
    await changes(1);
  });
  const [, late] = await changes(2);
  expect(late).toMatchObject({
    changes: [{ identity: "public.slow", statements: [1] }],
    statements: [{ application: "slow" }],
  });
});

test("a role that may not read the log is still woken, and says what is missing", async () => {
  await shop.db.query("create role watcher login password 'pw'");
  try {
    await installTap(shop.db, []);
    const url = new URL(shop.url);
    url.username = "watcher";
    url.password = "pw";
    await watch(SELDOM, url.href);
    const { tap } = await database();
    expect(tap?.state).toBe("unreadable");
    expect(tap?.reason).toContain("--reader");
    expect(tap?.listening).toBe(true);
    await shop.db.query("create table public.woken ()");
    expect((await changes(1))[0]).toMatchObject({ cause: "tap", attribution: "unreadable", authors: [] });
    await installTap(shop.db, ["watcher"]);
    await look();
    await shop.db.query("create table public.told ()");
    expect((await changes(2))[1]).toMatchObject({ attribution: "read", authors: ["schemawatch"] });
  } finally {
    await poller.stop();
    await shop.db.query("drop owned by watcher; drop role watcher");
  }
});

test("a broken log never fails a look", async () => {
  await installTap(shop.db, []);
  await watch({ intervalMs: 200 });
  await shop.db.query("alter table schemawatch_tap.statement rename column transaction to tx");
  await shop.db.query("create table public.still_seen ()");
  expect((await changes(1))[0]).toMatchObject({ attribution: "unreadable", authors: [] });
  expect((await database()).tap?.reason).toContain("Install the tap again");
  expect((await database()).state).toBe("watching");
});

test("rows that came with a dump of another server are nobody's here", async () => {
  await installTap(shop.db, []);
  await watch({ intervalMs: 200 });
  await shop.db.query(
    `insert into schemawatch_tap.statement (at, began, transaction, login, application, pid, event, tag, text, objects, more)
     select now() - interval '1 day', now(), '99999999999'::xid8, 'stranger', 'restore', 1, 'ddl_command_end', 'CREATE TABLE', 'create table public.here ()',
            '[{"kind": "table", "identity": "public.here", "address": null, "tag": "CREATE TABLE"}]', 0`,
  );
  await shop.db.query("create table public.here ()");
  expect((await changes(1))[0]).toMatchObject({
    authors: ["schemawatch"],
    statements: [{ login: "schemawatch" }],
  });
});

test("a flood of notices without a change costs no look", async () => {
  await installTap(shop.db, []);
  await watch();
  for (let n = 0; n < 50; n++) await shop.db.query("notify schemawatch_tap");
  await Bun.sleep(500);
  // The counters of what put the tap up come late, and are a reason of their own.
  const { values } = await poller.metrics.looks.get();
  expect(values.filter(({ labels }) => labels.cause === "tap")).toEqual([]);
});
