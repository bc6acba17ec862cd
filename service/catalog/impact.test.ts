import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Sql } from "../postgres/types.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import type { Action, ObjectChange } from "./change.ts";
import { compileIgnore } from "./ignore.ts";
import { readImpact } from "./impact.ts";
import { judge } from "./judge/judge.ts";
import type { Kind, Snapshot } from "./model.ts";
import { readSnapshot } from "./snapshot.ts";

/** Starting a server takes long on a busy machine. */
const START = 60_000;

let database: TestDatabase;
let snapshot: Snapshot;

beforeAll(async () => {
  database = await testDatabase({ template: "sample" });
  await database.db.query(`
    create schema words;
    create collation words.german (provider = icu, locale = 'de');
    create text search dictionary words.plain (template = simple);
    create text search configuration words.shop (parser = "default");
    alter text search configuration words.shop add mapping for asciiword with words.plain;
    create operator words.=== (leftarg = text, rightarg = text, function = texteq);
    create table words.texts (body text collate words.german);
    create index texts_search on words.texts using gin (to_tsvector('words.shop', body));
    create foreign data wrapper far_wrapper;
    create server far foreign data wrapper far_wrapper;
    create user mapping for public server far;
    create foreign table words.remote (id int, body text) server far;
    create rule aside as on delete to words.texts do also select count(*) from public.categories;
    create statistics words.known on id, body from words.remote;
    create language tongue handler plpgsql_call_handler;
    create function words.spoken() returns int language tongue as '1';
    create view words.same as select body operator(words.===) 'a' as same from words.texts`);
  const read = (tx: Sql) => readSnapshot(tx, { ignore: compileIgnore([]) });
  snapshot = await database.db.transaction(read, { isolation: "repeatable read" });
}, START);
afterAll(() => database.drop());

/** A change of an object of the shop, with the address that the snapshot has for it. */
function change(kind: Kind, identity: string, action: Action, attribute = "type"): ObjectChange {
  const found = snapshot.objects.find((object) => object.kind === kind && object.identity === identity);
  if (found === undefined) throw new Error(`${kind} ${identity} is not in the shop`);
  const { address, parent } = found;
  const difference = { kind, identity, action, attributes: { [attribute]: { before: "a", after: "b" } } };
  const placed = { ...(address ? { address } : {}), ...(parent ? { parent } : {}) };
  const [judged] = judge([{ ...difference, ...placed }], snapshot);
  return judged as ObjectChange;
}

async function dependents(...changes: ObjectChange[]): Promise<string[]> {
  const impact = await readImpact(database.db, changes);
  return impact.dependents.map((one) => `${one.kind} ${one.identity}, ${one.known} ${one.distance}`);
}

test("views, keys of other tables and functions that name it hang on a table; its own parts do not", async () => {
  expect(await dependents(change("table", "public.orders", "renamed"))).toEqual([
    "constraint public.order_items.order_items_order_id_fkey, dependency 1",
    "constraint public.payments.payments_order_id_fkey, dependency 1",
    "constraint public.shipments.shipments_order_id_fkey, dependency 1",
    "materialized view public.daily_sales, dependency 1",
    "view public.open_orders, dependency 1",
    "view public.order_overview, dependency 1",
  ]);
});

test("indexes, policies and views hang on a column", async () => {
  expect(await dependents(change("column", "public.orders.status", "altered"))).toEqual([
    "index public.orders_open_idx, dependency 1",
    "materialized view public.daily_sales, dependency 1",
    "policy public.orders.orders_staff, dependency 1",
    "view public.open_orders, dependency 1",
    "view public.order_overview, dependency 1",
  ]);
});

test("columns hang on a type, and what is computed from them; their tables are measured", async () => {
  const impact = await readImpact(database.db, [change("domain", "public.amount", "altered")]);
  expect(impact.dependents.map((one) => `${one.identity} ${one.distance}`)).toEqual([
    "public.order_items.unit_price 1",
    "public.products.price 1",
    "public.order_items.line_total 2",
    "public.daily_sales 3",
  ]);
  expect(impact.relations.map((one) => [one.identity, one.rows])).toEqual([
    ["public.order_items", 1500],
    ["public.products", 120],
  ]);
});

test("functions with a text body are found by the names they hold, for objects that are gone too", async () => {
  const gone = change("table", "public.order_items", "removed");
  expect(await dependents(gone)).toEqual(["function public.order_total(bigint), mention 1"]);
  const column = change("column", "public.order_items.line_total", "removed");
  expect(await dependents(column)).toEqual(["function public.order_total(bigint), mention 1"]);
});

test("foreign tables hang on a server, rules and statistics on what they name, functions on a language", async () => {
  expect(await dependents(change("foreign server", "far", "altered"))).toEqual([
    "foreign table words.remote, dependency 1",
    "user mapping public on server far, dependency 1",
    "statistics words.known, dependency 2",
  ]);
  expect(await dependents(change("foreign data wrapper", "far_wrapper", "altered"))).toContain(
    "foreign server far, dependency 1",
  );
  expect(await dependents(change("table", "public.categories", "renamed"))).toContain(
    "rule words.texts.aside, dependency 1",
  );
  expect(await dependents(change("column", "words.remote.body", "altered"))).toEqual([
    "statistics words.known, dependency 1",
  ]);
  expect(await dependents(change("language", "tongue", "renamed"))).toEqual([
    "function words.spoken(), dependency 1",
  ]);
});

test("a trigger hangs on its function, a foreign key on the key it points to", async () => {
  expect(await dependents(change("function", "public.write_audit()", "altered"))).toEqual([
    "trigger public.orders.orders_audit, dependency 1",
  ]);
  expect(await dependents(change("constraint", "stock.warehouses.warehouses_pkey", "altered"))).toEqual([
    "constraint stock.inventory.inventory_warehouse_id_fkey, dependency 1",
    "constraint stock.movements.movements_warehouse_id_fkey, dependency 1",
  ]);
});

test("comments, owners and additions have no dependents", async () => {
  expect(await dependents(change("table", "public.orders", "altered", "comment"))).toEqual([]);
  expect(await dependents(change("table", "public.orders", "added"))).toEqual([]);
});

test("a partitioned table is as large as its partitions", async () => {
  const { relations } = await readImpact(database.db, [change("table", "public.audit_log", "renamed")]);
  expect(relations).toEqual([
    { kind: "table", identity: "public.audit_log", bytes: expect.any(Number), rows: 300 },
  ]);
  expect(relations[0]?.bytes).toBeGreaterThan(50_000);
});

test("a table that is being altered is not waited for", async () => {
  const impact = await database.db.transaction(async (tx) => {
    await tx.query("alter table public.customers add column later integer");
    return await readImpact(database.db, [change("table", "public.customers", "renamed")]);
  });
  expect(impact.relations).toEqual([{ kind: "table", identity: "public.customers", bytes: null, rows: 200 }]);
});

test("limits are told when they bite", async () => {
  const many = Array.from({ length: 501 }, () => change("table", "public.orders", "altered", "comment"));
  expect((await readImpact(database.db, many)).limits).toEqual([
    "Only the first 500 of 501 changes were asked about.",
  ]);
  await database.db.query(
    `do $$ begin for n in 1..201 loop execute format('create view stock.v%s as select id from stock.warehouses', n); end loop; end $$`,
  );
  const impact = await readImpact(database.db, [change("table", "stock.warehouses", "renamed")]);
  expect(impact.dependents).toHaveLength(200);
  expect(impact.limits).toEqual([
    "More than 200 objects depend on the changed ones; the nearest are listed.",
  ]);
});

test("columns hang on a collation, configurations and their indexes on a dictionary, views on an operator", async () => {
  expect(await dependents(change("collation", "words.german", "renamed"))).toContain(
    "column words.texts.body, dependency 1",
  );
  expect(await dependents(change("text search dictionary", "words.plain", "altered", "options"))).toEqual([
    "text search configuration words.shop, dependency 1",
    "index words.texts_search, dependency 2",
  ]);
  expect(await dependents(change("operator", "words.===(text, text)", "altered", "commutator"))).toEqual([
    "view words.same, dependency 1",
  ]);
  // A role's name is a word like any other: functions that hold it may mean something else.
  expect(await dependents(change("database", "current_database", "altered", "settings"))).toEqual([]);
});
