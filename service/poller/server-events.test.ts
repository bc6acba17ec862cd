import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import shopSql from "../sample/shop.sql" with { type: "text" };
import type { ChangeDetail, DatabaseDetail } from "../store/models.ts";
import { listChanges, readChange } from "../store/read/changes.ts";
import { readDatabase } from "../store/read/databases.ts";
import { installTap } from "../tap/tap.ts";
import { type TestDatabase, type TestServer, testDatabase, testServer } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

/* What happens to the server itself is told in a sentence, and never as changes that nobody made. */

setDefaultTimeout(120_000);

let store: TestDatabase;
let poller: TestPoller | undefined;
let servers: TestServer[];
let clients: Database[];

beforeEach(async () => {
  [servers, clients, poller] = [[], [], undefined];
  store = await testDatabase({ template: "store" });
});
afterEach(async () => {
  await poller?.stop();
  await Promise.all(clients.map((db) => db.close(100)));
  await Promise.all(servers.map((server) => server.remove()));
  await store.drop();
});

async function start(...args: Parameters<typeof testServer>): Promise<TestServer> {
  const server = await testServer(...args);
  servers.push(server);
  return server;
}

function client(url: string): Database {
  const db = connect({ url, applicationName: "test", maxConnections: 1, deadlineMs: 10_000 });
  clients.push(db);
  return db;
}

/** A database "shop" with the sample on a server. */
async function shopOn(server: TestServer, sql: string = shopSql): Promise<Database> {
  await client(server.url()).query("create database shop");
  const db = client(server.url("shop"));
  if (sql !== "") await db.query(sql);
  return db;
}

async function watch(url: string): Promise<void> {
  poller = await testPoller(store.url, [watched("shop", url)]);
  await until("watched", 10_000, async () => (await database()).state === "watching");
}

const database = (): Promise<DatabaseDetail> => readDatabase(store.db, "shop");

async function changes(): Promise<ChangeDetail[]> {
  const { items } = await listChanges(store.db);
  return Promise.all(items.toReversed().map(({ id }) => readChange(store.db, id)));
}

function found(count: number): Promise<ChangeDetail[]> {
  return until(`${count} changes`, 20_000, async () => {
    const all = await changes();
    return all.length >= count && all;
  });
}

function noticed(words: string): Promise<DatabaseDetail> {
  return until(words, 20_000, async () => {
    const now = await database();
    return now.state === "watching" && now.notice?.text.includes(words) && now;
  });
}

test("a standby is watched by row versions, with the authors that its primary's tap noted, and so is what it becomes", async () => {
  const primary = await start();
  await (await shopOn(primary)).close();
  const standby = await start({}, { standbyOf: primary });
  await watch(standby.url("shop"));
  expect(await database()).toMatchObject({ standby: true, notice: null });
  const db = client(primary.url("shop"));
  await installTap(db, []);
  await db.query("create table public.on_primary ()");
  const [first] = await found(1);
  expect(first).toMatchObject({
    cause: "row-version",
    summary: "table public.on_primary added",
    authors: ["schemawatch"],
  });
  expect((await database()).tap).toMatchObject({ state: "read", listening: false });
  await primary.stop("immediate");
  const promoted = client(standby.url("shop"));
  await promoted.query("select pg_promote()");
  const now = await noticed("The standby was promoted: it is the primary now. The schema is as it was.");
  expect(now.standby).toBe(false);
  await until("listening", 10_000, async () => (await database()).tap?.listening);
  await promoted.query("create table public.after_promotion ()");
  const [, second] = await found(2);
  expect(second).toMatchObject({ summary: "table public.after_promotion added", authors: ["schemawatch"] });
  expect(await changes()).toHaveLength(2);
});

test("without track_counts changes are found by row versions, and the page says so", async () => {
  const server = await start({ track_counts: "off" });
  const db = await shopOn(server);
  await watch(server.url("shop"));
  expect((await database()).counting).toBe(false);
  await db.query("alter table public.customers add column nickname text");
  expect((await found(1))[0]).toMatchObject({
    cause: "row-version",
    summary: "column public.customers.nickname added",
  });
});

test("statistics that were reset are no change", async () => {
  const server = await start();
  const db = await shopOn(server);
  await watch(server.url("shop"));
  await db.query("select pg_stat_reset()");
  await noticed("The server's statistics were reset. The schema is as it was.");
  expect(await changes()).toEqual([]);
  await db.query("create table public.later ()");
  expect((await found(1))[0]?.summary).toBe("table public.later added");
});

test("a server that crashed is read again: what was committed is told, and nothing else", async () => {
  const server = await start();
  await shopOn(server, `${shopSql}; create unlogged table public.lost as select 1 as one`);
  await watch(server.url("shop"));
  await server.stop("kill");
  await until("unreachable", 20_000, async () => (await database()).state === "unreachable");
  await server.start();
  await noticed("The server was restarted, or another one of its cluster took over, at ");
  expect((await database()).notice?.text).toEndWith("The schema is as it was.");
  expect(await changes()).toEqual([]);
  await client(server.url("shop")).query("drop table public.lost");
  expect((await found(1))[0]?.summary).toBe("table public.lost removed");
});

test("another server under the same name is told as that, with what differs", async () => {
  const [one, two, three] = await Promise.all([start(), start(), start()]);
  await Promise.all([
    shopOn(one),
    shopOn(two, `${shopSql}; alter table public.customers add column nickname text`),
    shopOn(three, "create table public.other ()"),
  ]);
  await watch(one.url("shop"));
  poller?.list([watched("shop", two.url("shop"))]);
  await noticed("Another server answers under this name");
  const [first] = await found(1);
  expect(first?.changes.map(({ identity }) => identity)).toEqual(["public.customers.nickname"]);
  expect((await database()).notice?.text).toEndWith("1 object differs from before.");
  poller?.list([watched("shop", three.url("shop"))]);
  const [, second] = await found(2);
  expect(second).toMatchObject({ total: 0, compatibility: "breaking" });
  expect(second?.summary).toMatch(
    /^another server answers under this name: \d+ of \d+ objects are gone or differ$/,
  );
  expect(second?.note).toContain("They are not told one by one");
  expect(second?.runId).not.toBeNull();
  await client(three.url("shop")).query("create table public.against_the_new ()");
  expect((await found(3))[2]?.summary).toBe("table public.against_the_new added");
});

test("a database that was dropped and created again is told as that, not by what is missing", async () => {
  const server = await start();
  await (await shopOn(server)).close();
  await watch(server.url("shop"));
  const admin = client(server.url());
  const again = async (sql: string) => {
    await admin.query("drop database shop with (force)");
    await admin.query("create database shop template template0");
    if (sql !== "") await client(server.url("shop")).query(sql);
  };
  await again("");
  const [first] = await found(1);
  expect(first).toMatchObject({ total: 0, compatibility: "breaking" });
  expect(first?.summary).toMatch(
    /^the database was dropped and created again: \d+ of \d+ objects are gone or differ$/,
  );
  expect((await database()).notice?.text).toContain("The database was dropped and created again.");
  await poller?.stop();
  await again("create table public.kept ()");
  poller = await testPoller(store.url, [watched("shop", server.url("shop"))]);
  await found(2);
  await poller.stop();
  await again("create table public.kept ()");
  poller = await testPoller(store.url, [watched("shop", server.url("shop"))]);
  await noticed("The database was dropped and created again. The schema is as it was.");
  expect(await changes()).toHaveLength(2);
});
