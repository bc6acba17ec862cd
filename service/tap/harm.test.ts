import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import { type TestDatabase, type TestServer, testDatabase, testServer } from "../testing/postgres.ts";
import { installTap, tapStanding } from "./tap.ts";

/* Whatever is done to the tap, and whatever the DDL, the user's statement goes through. */

setDefaultTimeout(60_000);

let shop: TestDatabase;
beforeEach(async () => {
  shop = await testDatabase({ template: "empty" });
  await installTap(shop.db, []);
});
afterEach(() => shop.drop());

async function texts(db: Database = shop.db): Promise<string[]> {
  const rows = await db.query<{ text: string }>("select text from schemawatch_tap.statement order by id", []);
  return rows.map(({ text }) => text);
}

test.each([
  ["its table is gone", "drop table schemawatch_tap.statement"],
  ["a column has another type", "alter table schemawatch_tap.statement alter pid type bytea using null"],
  ["a column is gone", "alter table schemawatch_tap.statement drop column objects"],
  ["a check refuses every row", "alter table schemawatch_tap.statement add check (tag is null) not valid"],
  [
    "the disk is full",
    `create function public.filled() returns trigger language plpgsql as $$ begin raise disk_full; end $$;
     create trigger filled before insert on schemawatch_tap.statement execute function public.filled()`,
  ],
  [
    "memory is out",
    `create function public.oom() returns trigger language plpgsql as $$ begin raise out_of_memory; end $$;
     create trigger oom before insert on schemawatch_tap.statement execute function public.oom()`,
  ],
  ["its function is gone", "drop function schemawatch_tap.note(text, text)"],
  [
    "its function does not compile",
    "set check_function_bodies = off; create or replace function schemawatch_tap.note(event text, tag text) returns void language plpgsql as 'this is not code'",
  ],
  [
    "its function fails an assertion",
    "create or replace function schemawatch_tap.note(event text, tag text) returns void language plpgsql as 'begin assert false; end'",
  ],
  [
    "its function has no end",
    "create or replace function schemawatch_tap.note(event text, tag text) returns void language plpgsql as 'begin perform schemawatch_tap.note(event, tag); end'",
  ],
  ["the masking is gone", "drop function schemawatch_tap.masked(text)"],
  [
    "its sequence is at its end",
    "alter sequence schemawatch_tap.statement_id_seq maxvalue 5 restart 5; select nextval('schemawatch_tap.statement_id_seq')",
  ],
  [
    "its owner lost every right",
    `create role weak; grant usage on schema schemawatch_tap to weak;
     alter function schemawatch_tap.note(text, text) owner to weak`,
  ],
  ["its schema has another name", "alter schema schemawatch_tap rename to gone"],
])("DDL goes through when %s", async (_, harm) => {
  await shop.db.query(harm);
  try {
    await shop.db.query("create table public.after (id int primary key)");
    await shop.db.query(
      "begin; alter table public.after add column a int; savepoint s; alter table public.after add column b int; rollback to s; commit",
    );
    await shop.db.query("alter table public.after drop column a; drop table public.after");
    await shop.db.query("create table public.after as select 1 as one");
  } finally {
    if (harm.includes("weak"))
      await shop.db.query(
        "alter function schemawatch_tap.note(text, text) owner to schemawatch; drop owned by weak; drop role weak",
      );
  }
  expect(await shop.db.query("select one from public.after", [])).toEqual([{ one: 1 }]);
  if (harm.includes("rename to gone")) return;
  if (!harm.includes("weak")) expect((await tapStanding(shop.db))?.works).toBe(false);
  if (!harm.includes("trigger"))
    expect(await installTap(shop.db, [])).toBe(harm.includes("weak") ? "there already" : "mended");
});

test("DDL does not wait for a log that somebody holds", async () => {
  await shop.db.reserve(async (session) => {
    await session.query("begin; lock table schemawatch_tap.statement");
    const started = performance.now();
    await shop.db.query("create table public.after ()");
    expect(performance.now() - started).toBeLessThan(1500);
    await session.query("rollback");
  });
  expect(await texts()).toEqual([]);
});

test("a statement that may not write fails as it does without a tap", async () => {
  const readOnly = shop.db.transaction((tx) => tx.query("create table public.after ()"), { readOnly: true });
  expect(readOnly).rejects.toMatchObject({ code: "25006" });
});

test("concurrent builds, detached partitions and parallel workers are noted", async () => {
  await shop.db.query(
    `create table t (id int, at date) partition by range (at); create table t_1 partition of t for values from ('2020-01-01') to ('2021-01-01');
     create table big (id int); insert into big select generate_series(1, 200000)`,
  );
  for (const text of [
    "create index concurrently big_id on big (id)",
    "reindex index concurrently big_id",
    "drop index concurrently big_id",
    "alter table t detach partition t_1 concurrently",
  ]) {
    await shop.db.query(text);
  }
  await shop.db.query(
    "set min_parallel_table_scan_size = 0; set max_parallel_maintenance_workers = 2; create index big_par on big (id)",
  );
  await shop.db.query("create type mood as enum ('a')");
  await shop.db.query("alter type mood add value 'b'");
  const noted = await texts();
  for (const part of [
    "create index concurrently",
    "drop index concurrently",
    "detach partition",
    "big_par",
    "add value",
  ]) {
    expect(noted.some((text) => text.includes(part))).toBe(true);
  }
});

test("serializable transactions at once do not fail for the log", async () => {
  const clients = Array.from({ length: 4 }, (_, n) =>
    connect({ url: shop.url, applicationName: `c${n}`, maxConnections: 1, deadlineMs: 10_000 }),
  );
  try {
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        clients.map((db, n) =>
          db.transaction((tx) => tx.query(`create table public.s_${round}_${n} ()`), {
            isolation: round % 2 ? "serializable" : "repeatable read",
          }),
        ),
      );
    }
  } finally {
    await Promise.all(clients.map((db) => db.close()));
  }
  expect(await texts()).toHaveLength(80);
});

test("a function's own handler sees its own error, and nothing of the tap", async () => {
  await shop.db.query(
    `do $$ begin create table public.twice (); create table public.twice (); exception when duplicate_table then create table public.caught (); end $$`,
  );
  expect(await shop.db.query("select to_regclass('public.caught') is not null as there", [])).toEqual([
    { there: true },
  ]);
  expect(await texts()).toHaveLength(1);
});

let twoPhase: TestServer;
beforeAll(async () => {
  twoPhase = await testServer({ max_prepared_transactions: "5" });
});
afterAll(() => twoPhase.remove());

test("a transaction with DDL can be prepared, where that is allowed", async () => {
  const db = connect({ url: twoPhase.url(), applicationName: "test", maxConnections: 1, deadlineMs: 10_000 });
  try {
    await installTap(db, []);
    expect(await tapStanding(db)).toMatchObject({ silent: true, works: true });
    await db.query("begin; create table two_phase (); prepare transaction 'one'");
    expect(await texts(db)).toEqual([]);
    await db.query("commit prepared 'one'");
    expect(await texts(db)).toEqual(["begin; create table two_phase (); prepare transaction 'one'"]);
  } finally {
    await db.close();
  }
});
