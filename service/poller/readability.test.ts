import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { listChanges, readChange } from "../store/read/changes.ts";
import { readDatabase } from "../store/read/databases.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { until } from "../testing/until.ts";
import { type TestPoller, testPoller, watched } from "./testing.ts";

/* What the watching role may not read any more did not go away, and what it may read again did not come. */

setDefaultTimeout(60_000);

let store: TestDatabase;
let shop: TestDatabase;
let poller: TestPoller;
let url: string;

beforeEach(async () => {
  store = await testDatabase({ template: "store" });
  shop = await testDatabase();
  await shop.db.query("create role reach_plain login password 'test'; create role reach_ann");
  url = String(Object.assign(new URL(shop.url), { username: "reach_plain", password: "test" }));
});
afterEach(async () => {
  await poller.stop();
  await shop.db.query("drop role if exists reach_ann, reach_bob; drop role reach_plain");
  await shop.drop();
  await store.drop();
});

async function watch(): Promise<void> {
  poller = await testPoller(store.url, [watched("shop", url)]);
  await until("watched", 20_000, async () => (await database()).state === "watching");
}

const database = () => readDatabase(store.db, "shop");
const close = () => shop.db.query("revoke select on pg_catalog.pg_roles from public");
const open = () => shop.db.query("grant select on pg_catalog.pg_roles to public");

/** What changes were told, one object an item: "role x added". */
async function objects(): Promise<string[]> {
  const { items } = await listChanges(store.db);
  const changes = await Promise.all(items.map(({ id }) => readChange(store.db, id)));
  return changes.flatMap((change) =>
    change.changes.map(({ kind, identity, action }) => `${kind} ${identity} ${action}`),
  );
}

function noticed(words: string) {
  return until(words, 20_000, async () => (await database()).notice?.text.includes(words));
}

test("roles that become unreadable are said and stay known; what changed meanwhile is told when they are readable", async () => {
  await watch();
  await close();
  await noticed("Not read from now on: all roles: permission denied for view pg_roles");
  const { snapshot } = await database();
  expect(snapshot?.unreadable.join()).toMatch(
    /\d+ roles? no longer readable by this role, kept as last seen/,
  );
  await shop.db.query("drop role reach_ann; create role reach_bob");
  await open();
  await noticed("Read again: all roles");
  const roles = (await objects()).filter((one) => one.startsWith("role "));
  expect(roles.sort()).toEqual(["role reach_ann removed", "role reach_bob added"]);
});

test("roles that were never readable and are now did not come", async () => {
  await close();
  await watch();
  await poller.stop();
  await watch();
  await open();
  await noticed("Read again: all roles");
  expect((await objects()).filter((one) => one.startsWith("role "))).toEqual([]);
});
