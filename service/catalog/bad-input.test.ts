import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { quoteIdentifier } from "./identifier.ts";
import { expectRoundTrip, look, told } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

/** Every character that a name may hold but for letters, a few at a time, and what is hard on pages, logs and files. */
const NAMES: readonly string[] = [
  ...Array.from({ length: 127 }, (_, code) => code + 1)
    .filter((code) => !/[\w]/.test(String.fromCharCode(code)))
    .map((code) => `x${String.fromCharCode(code)}y`),
  "select",
  "SELECT",
  " ",
  '"',
  '""',
  "'",
  "a.b.c",
  "a\nb",
  "a\r\n-- b",
  "a\tb",
  "$1",
  "$" + "{1}",
  "\\",
  "emoji 🐘👩‍👩‍👧",
  "ünïcode",
  "e\u0301",
  "rtl \u202e abc",
  "zero\u200bwidth",
  "line\u2028separator",
  "<script>alert(1)</script>",
  "&amp;",
  "x".repeat(63),
  "é".repeat(31),
  "🐘".repeat(15),
  "__proto__",
  "constructor",
  "null",
  "(a, b)",
  "a → b",
  "with",
  ": ",
  "#",
];

describe("names of every legal character", () => {
  test("come back from the text as they were, and are told as they are", async () => {
    const { db } = database;
    const before = await look(db);
    for (const [nth, name] of NAMES.entries()) {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await db.query(`create schema odd; set search_path = odd;
        create table ${quoted} (${quoted} integer constraint ${quoted} check (${quoted} > 0), b text);
        create index on ${quoted} (${quoted}, b);
        create type e as enum ('${name.replaceAll("'", "''")}');
        create function ${quoted}(${quoted} integer) returns integer language sql as $odd$ select 1 $odd$;
        create view v as select ${quoted} from ${quoted};
        comment on table ${quoted} is '${name.replaceAll("'", "''")}'`);
      const after = await look(db);
      expectRoundTrip(after);
      const identities = new Set(after.objects.map(({ identity }) => identity));
      const identity = `odd.${quoteIdentifier(name)}`;
      expect([nth, identities.has(identity), identities.has(`${identity}.${quoteIdentifier(name)}`)]).toEqual(
        [nth, true, true],
      );
      // Known to the other program as the same name.
      expect(await db.query("select 1 from pg_class where oid = $1::regclass", [identity])).toHaveLength(1);
      expect(diffSnapshots(before, after).length).toBe(5);
      await db.query(`alter table odd.${quoted} rename to plain`);
      expect(diffSnapshots(after, await look(db)).map(told)).toEqual([
        `renamed table odd.plain from ${identity}`,
      ]);
      await db.query("drop schema odd cascade");
    }
  }, 120_000);
});

describe("large and deep schemas", () => {
  const grows: readonly (readonly [name: string, ddl: string, most: number])[] = [
    [
      "definitions of megabytes",
      `do $do$ begin execute format('create function big.f() returns text language sql as %L', 'select ''' || repeat('x', 5000000) || ''''); execute format('comment on schema big is %L', repeat('y', 3000000)); end $do$`,
      2,
    ],
    [
      "1,600 columns",
      "do $do$ begin execute 'create table big.t (' || (select string_agg('c' || n || ' int', ', ') from generate_series(1, 1600) n) || ')'; end $do$",
      2,
    ],
    [
      "a view of 1,600 columns",
      "do $do$ begin execute 'create view big.v as select ' || (select string_agg(n || ' as c' || n, ', ') from generate_series(1, 1600) n); end $do$",
      2,
    ],
    [
      "a partition tree of 60 levels",
      `do $do$ begin create table big.p0 (a int, b int) partition by list (a);
      for i in 1 .. 60 loop execute format('create table big.p%s partition of big.p%s default partition by list (a)', i, i - 1); end loop; create index on big.p0 (b); end $do$`,
      62,
    ],
    [
      "600 partitions",
      `do $do$ begin create table big.p (a int primary key) partition by list (a);
      for i in 1 .. 600 loop execute format('create table big.p_%s partition of big.p for values in (%s)', i, i); end loop; end $do$`,
      602,
    ],
    [
      "foreign keys in a circle",
      `create table big.a (id int primary key, b int); create table big.b (id int primary key references big.a);
      alter table big.a add foreign key (b) references big.b, add foreign key (id) references big.a`,
      3,
    ],
    [
      "views 60 deep",
      "do $do$ begin create view big.v0 as select 1 as a; for i in 1 .. 60 loop execute format('create view big.v%s as select * from big.v%s', i, i - 1); end loop; end $do$",
      62,
    ],
    [
      "an enum of 3,000 values",
      "do $do$ begin execute 'create type big.e as enum (' || (select string_agg(quote_literal('v' || n), ', ') from generate_series(1, 3000) n) || ')'; end $do$",
      2,
    ],
    [
      "a function of 100 arguments",
      "do $do$ begin execute 'create function big.f(' || (select string_agg('a' || n || ' int', ', ') from generate_series(1, 100) n) || ') returns int language sql as ''select 1'''; end $do$",
      2,
    ],
  ];
  test.each(grows)(
    "%s",
    async (_, ddl, most) => {
      const { db } = database;
      const before = await look(db);
      await db.query(`create schema big; ${ddl}`);
      const after = await look(db);
      expect(after.unreadable).toEqual([]);
      expect(diffSnapshots(before, after)).toHaveLength(most);
      expectRoundTrip(after);
      await db.query("drop schema big cascade");
      expect(diffSnapshots(before, await look(db))).toEqual([]);
    },
    60_000,
  );

  test("an index that could not be made is told as invalid", async () => {
    const { db } = database;
    await db.query("create table public.twice (a int); insert into public.twice values (1), (1)");
    const before = await look(db);
    expect(db.query("create unique index concurrently twice_a on public.twice (a)")).rejects.toThrow(
      "could not create unique",
    );
    await db.query("create unique index concurrently twice_a on public.twice (a)").catch(() => {});
    const made = diffSnapshots(before, await look(db));
    expect(made.some(({ kind, attributes }) => kind === "index" && attributes.valid?.after === false)).toBe(
      true,
    );
    await db.query("drop table public.twice");
  });
});
