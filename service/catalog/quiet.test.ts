import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { fingerprint } from "./hash.ts";
import { compileIgnore } from "./ignore.ts";
import type { Snapshot } from "./model.ts";
import { readSnapshot } from "./snapshot.ts";
import { expectRoundTrip, look, told } from "./testing.ts";

let shop: TestDatabase;
let before: Snapshot;
beforeAll(async () => {
  shop = await testDatabase({ template: "sample" });
  before = await look(shop.db);
}, 60_000);
afterAll(() => shop.drop());

describe("an exact look finds nothing after what changes no schema", () => {
  test.each([
    ["nothing at all", ""],
    ["VACUUM FULL of a table", "vacuum full public.orders"],
    ["VACUUM FULL of the catalogs", "vacuum full pg_class, pg_attribute, pg_proc, pg_constraint, pg_index"],
    ["VACUUM FREEZE", "vacuum freeze"],
    ["ANALYZE", "analyze"],
    ["REINDEX", "reindex schema public"],
    ["REINDEX CONCURRENTLY", "reindex table concurrently public.orders"],
    ["TRUNCATE", "truncate public.orders cascade"],
    ["TRUNCATE RESTART IDENTITY", "truncate public.orders restart identity cascade"],
    ["nextval", "select nextval('public.invoice_number'), setval('public.invoice_number', 123456)"],
    ["CLUSTER", "cluster public.orders using orders_pkey; alter table public.orders set without cluster"],
    [
      "temporary objects",
      `create temp table orders (id int primary key); create index on orders (id);
       create temp view ov as select * from orders; create function pg_temp.f() returns int language sql as 'select 1';
       create type pg_temp.e as enum ('a'); create temp sequence q`,
    ],
    ["DDL rolled back", "begin; alter table public.orders add undone int; create table undone (); rollback"],
    [
      "rows",
      "insert into public.categories (name) values ('x'); delete from public.categories where name = 'x'",
    ],
    [
      "statistics of the planner",
      "set default_statistics_target = 500; analyze public.orders; reset default_statistics_target",
    ],
    ["GRANT of what is there", "grant select on public.orders to shop_report"],
    [
      "changed and changed back",
      `alter table public.orders rename note to n; alter table public.orders rename n to note;
       alter table public.orders alter note set not null; alter table public.orders alter note drop not null;
       alter table public.orders add x int; alter table public.orders drop x`,
    ],
    [
      "the database's and roles' settings",
      "alter role shop_report set work_mem = '1MB'; alter role shop_report reset work_mem",
    ],
  ])("%s", async (_, work) => {
    // One statement at a time: VACUUM and REINDEX CONCURRENTLY want no transaction around them.
    await shop.db.reserve(async (session) => {
      const statements = work.startsWith("begin;") ? [work] : work.split(";");
      for (const statement of statements) if (statement.trim()) await session.query(statement);
      expect(diffSnapshots(before, await look(shop.db)).map(told)).toEqual([]);
    });
  });

  test("the sample itself comes back from its text", () => expectRoundTrip(before));
});

test("the same schema on another database has the same fingerprint, and no difference by identity", async () => {
  const other = await testDatabase({ template: "sample" });
  try {
    const [here, there] = [await look(shop.db), await look(other.db)];
    expect(there.origin).not.toBe(here.origin);
    expect(diffSnapshots(here, there)).toEqual([]);
    expect(fingerprint(there)).toBe(fingerprint(here));
  } finally {
    await other.drop();
  }
});

test("a look that reads the same again gives the same object back, but not with other patterns", async () => {
  const again = (previous: Snapshot, patterns: readonly string[]) =>
    shop.db.transaction((tx) => readSnapshot(tx, { ignore: compileIgnore(patterns), previous }));
  const first = await look(shop.db);
  expect(await again(first, [])).toBe(first);
  expect((await again(first, ["stock"])).objects.length).toBeLessThan(first.objects.length);
  await shop.db.query("comment on schema stock is 'other'");
  expect(diffSnapshots(first, await again(first, [])).map(told)).toEqual([
    "altered schema stock: comment Warehouses and what lies in them → other",
  ]);
});

test("what is ignored is not looked at, with all that lives in it", async () => {
  const snapshot = await look(shop.db, ["stock", "table:public.order*", "view:*", "function:*"]);
  const left = snapshot.objects.map(({ kind, identity }) => `${kind} ${identity}`);
  expect(left.filter((name) => /stock|public\.order|^function/.test(name))).toEqual([
    "enum public.order_status",
  ]);
  expect(left).toContain("table public.customers");
});
