import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes, from } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

describe("tables", () => {
  const cases: [string, string, string, string[]][] = [
    [
      "added, with its parts",
      "",
      "create table t (id int primary key, note text); create index on t (note)",
      ["added table s.t with column s.t.id, column s.t.note, constraint s.t.t_pkey, index s.t_note_idx"],
    ],
    [
      "dropped, with its parts",
      "create table t (id int primary key, check (id > 0))",
      "drop table t",
      ["removed table s.t with column s.t.id, constraint s.t.t_id_check, constraint s.t.t_pkey"],
    ],
    [
      "renamed; nothing that names it differs",
      `create table t (id int primary key, up int references t, check (id > 0));
        create index on t (up); create view v as select id from t; create table u (t_id int references t);
        create policy p on t using (id in (select t_id from u))`,
      "alter table t rename to tt",
      ["renamed table s.tt from s.t"],
    ],
    [
      "moved to another schema",
      "create schema s2; create table t (id serial primary key); create table u (t_id int references t)",
      "alter table t set schema s2",
      ["renamed table s2.t from s.t"],
    ],
    [
      "dropped and created again is another table",
      "create table t (a int)",
      "drop table t; create table t (a int)",
      ["removed table s.t with column s.t.a", "added table s.t with column s.t.a"],
    ],
    [
      "swapped names",
      "create table a (x int); create table b (y int)",
      "alter table a rename to c; alter table b rename to a; alter table c rename to b",
      ["renamed table s.a from s.b", "renamed table s.b from s.a"],
    ],
    [
      "replaced under its name by another",
      "create table t (a int)",
      "alter table t rename to t_old; create table t (a int)",
      ["added table s.t with column s.t.a", "renamed table s.t_old from s.t"],
    ],
    [
      "persistence",
      "create table t (a int)",
      "alter table t set unlogged",
      ["altered table s.t: persistence null → unlogged"],
    ],
    [
      "options",
      "create table t (a int)",
      "alter table t set (fillfactor = 70)",
      ["altered table s.t: options null → [fillfactor=70]"],
    ],
    [
      "its TOAST table's options",
      "create table t (a text) with (fillfactor = 70)",
      "alter table t set (toast.autovacuum_enabled = false)",
      ["altered table s.t: options [fillfactor=70] → [fillfactor=70 | toast.autovacuum_enabled=false]"],
    ],
    [
      "its constraints' triggers",
      "create table t (id int primary key, up int references t)",
      "alter table t disable trigger all",
      ["altered table s.t: constraintsOff null → true"],
    ],
    [
      "its constraints' triggers, on again",
      "create table t (id int primary key, up int references t); alter table t disable trigger all",
      "alter table t enable trigger all",
      ["altered table s.t: constraintsOff true → null"],
    ],
    [
      "row security",
      "create table t (a int)",
      "alter table t enable row level security, force row level security",
      ["altered table s.t: forceRowSecurity null → true; rowSecurity null → true"],
    ],
    [
      "replica identity",
      "create table t (a int)",
      "alter table t replica identity full",
      ["altered table s.t: replicaIdentity null → FULL"],
    ],
    [
      "replica identity by another index",
      `create table t (a int not null, b int not null);
        create unique index i on t (a); create unique index j on t (b); alter table t replica identity using index i`,
      "alter table t replica identity using index j",
      [
        "altered table s.t: replicaIdentity INDEX s.i → INDEX s.j",
        "altered index s.i: replicaIdentity true → null",
        "altered index s.j: replicaIdentity null → true",
      ],
    ],
    [
      "comment",
      "create table t (a int)",
      "comment on table t is 'it''s\nnew'",
      ["altered table s.t: comment null → it's\nnew"],
    ],
    [
      "of type",
      "create type ct as (a int); create table t (a int)",
      "alter table t of ct",
      ["altered table s.t: ofType null → s.ct"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, `drop schema if exists s2 cascade; ${setup}`, ddl)).toEqual(expected);
  });
});

describe("columns", () => {
  const one = "create table t (a int, b text)";
  const cases: [string, string, string, string[]][] = [
    ["added", one, "alter table t add c int", ["added column s.t.c"]],
    ["dropped", one, "alter table t drop a", ["removed column s.t.a"]],
    [
      "renamed; nothing that names it differs",
      `${one}; create index on t (a); create view v as select a from t;
        alter table t add check (a > 0), add unique (a); create function f() returns trigger language plpgsql as 'begin end';
        create trigger g before update of a on t for each row when (new.a > 0) execute function f()`,
      "alter table t rename a to aa",
      ["renamed column s.t.aa from s.t.a"],
    ],
    [
      "dropped and added again is another column",
      one,
      "alter table t drop a; alter table t add a int",
      ["removed column s.t.a", "added column s.t.a"],
    ],
    [
      "names swapped",
      one,
      "alter table t rename a to c; alter table t rename b to a; alter table t rename c to b",
      ["renamed column s.t.a from s.t.b", "renamed column s.t.b from s.t.a"],
    ],
    [
      "renamed with its table and its index",
      "create table t (a int); create index t_a_idx on t (a)",
      "alter table t rename to tt; alter table tt rename a to b; alter index t_a_idx rename to tt_b_idx",
      [
        "renamed table s.tt from s.t",
        "renamed column s.tt.b from s.t.a",
        "renamed index s.tt_b_idx from s.t_a_idx",
      ],
    ],
    ["type", one, "alter table t alter a type bigint", ["altered column s.t.a: type integer → bigint"]],
    [
      "type, with what is built on it",
      `${one}; create index i on t (a); alter table t add constraint c check (a > 0)`,
      "alter table t alter a type bigint",
      ["altered column s.t.a: type integer → bigint"],
    ],
    [
      "length",
      "create table t (a varchar(10))",
      "alter table t alter a type varchar(20)",
      ["altered column s.t.a: type character varying(10) → character varying(20)"],
    ],
    ["not null", one, "alter table t alter a set not null", ["altered column s.t.a: notNull null → true"]],
    [
      "nullable",
      "create table t (a int not null)",
      "alter table t alter a drop not null",
      ["altered column s.t.a: notNull true → null"],
    ],
    ["default set", one, "alter table t alter a set default 7", ["altered column s.t.a: default null → 7"]],
    [
      "default changed",
      "create table t (a int default 1)",
      "alter table t alter a set default 2",
      ["altered column s.t.a: default 1 → 2"],
    ],
    [
      "default dropped",
      "create table t (a int default 1)",
      "alter table t alter a drop default",
      ["altered column s.t.a: default 1 → null"],
    ],
    [
      "identity",
      "create table t (a int not null)",
      "alter table t alter a add generated always as identity",
      ["altered column s.t.a: identity null → ALWAYS; identitySequence null → t_a_seq"],
    ],
    [
      "identity's kind and options",
      "create table t (a int generated always as identity)",
      "alter table t alter a set generated by default set increment 5 set cache 3",
      ["altered column s.t.a: identity ALWAYS → BY DEFAULT; identityOptions null → [cache 3 | increment 5]"],
    ],
    [
      "identity's sequence renamed, with a comment and a grant",
      "create table t (a int generated always as identity)",
      "alter sequence t_a_seq rename to q; comment on sequence q is 'c'; grant select on sequence q to public; alter table t rename a to b",
      [
        "renamed column s.t.b from s.t.a: identityComment null → c; identityGrants null → [PUBLIC: SELECT]; identitySequence t_a_seq → q",
      ],
    ],
    [
      "identity's table and column renamed",
      "create table t (a int generated always as identity)",
      "alter table t rename to tt; alter table tt rename a to b",
      ["renamed table s.tt from s.t", "renamed column s.tt.b from s.t.a"],
    ],
    [
      "identity dropped",
      "create table t (a int generated always as identity)",
      "alter table t alter a drop identity",
      ["altered column s.t.a: identity ALWAYS → null; identitySequence t_a_seq → null"],
    ],
    ...from(17, [
      "expression",
      "create table t (a int, b int generated always as (a + 1) stored)",
      "alter table t alter b set expression as (a + 2)",
      ["altered column s.t.b: expression (a + 1) → (a + 2)"],
    ]),
    [
      "no longer generated",
      "create table t (a int, b int generated always as (a + 1) stored)",
      "alter table t alter b drop expression",
      ["altered column s.t.b: expression (a + 1) → null; generated STORED → null"],
    ],
    ...from(18, [
      "virtual",
      one,
      "alter table t add v int generated always as (a + 1) virtual",
      ["added column s.t.v"],
    ]),
    [
      "collation",
      one,
      `alter table t alter b type text collate "C"`,
      [`altered column s.t.b: collation null → "C"`],
    ],
    [
      "storage",
      one,
      "alter table t alter b set storage external",
      ["altered column s.t.b: storage null → EXTERNAL"],
    ],
    [
      "compression",
      one,
      "alter table t alter b set compression pglz",
      ["altered column s.t.b: compression null → pglz"],
    ],
    [
      "statistics target",
      one,
      "alter table t alter a set statistics 500",
      ["altered column s.t.a: statistics null → 500"],
    ],
    [
      "options",
      one,
      "alter table t alter a set (n_distinct = 5)",
      ["altered column s.t.a: options null → [n_distinct=5]"],
    ],
    [
      "PostgreSQL's own stamp, which is no option",
      one,
      "update pg_attribute set attoptions = '{pg_attver=33660968}' where attrelid = 't'::regclass and attname = 'a'",
      [],
    ],
    [
      "option beside PostgreSQL's own stamp",
      one,
      "update pg_attribute set attoptions = '{pg_attver=33660968,n_distinct=5}' where attrelid = 't'::regclass and attname = 'a'",
      ["altered column s.t.a: options null → [n_distinct=5]"],
    ],
    ["comment", one, "comment on column t.a is 'x'", ["altered column s.t.a: comment null → x"]],
    [
      "comment dropped",
      `${one}; comment on column t.a is 'x'`,
      "comment on column t.a is null",
      ["altered column s.t.a: comment x → null"],
    ],
    [
      "type renamed below it",
      "create type e as enum ('x'); create table t (a e default 'x')",
      "alter type e rename to ee",
      ["renamed enum s.ee from s.e"],
    ],
    ...from(18, [
      "not null not valid, then validated",
      "create table t (a int); alter table t add not null a not valid",
      "alter table t validate constraint t_a_not_null",
      ["altered column s.t.a: notNullValid false → null"],
    ]),
    ...from(18, [
      "comment on not null",
      "create table t (a int not null)",
      "comment on constraint t_a_not_null on t is 'x'",
      ["altered column s.t.a: notNullComment null → x"],
    ]),
    ...from(18, [
      "not null without inheritance",
      "create table t (a int)",
      "alter table t add not null a no inherit",
      ["altered column s.t.a: notNull null → true; notNullNoInherit null → true"],
    ]),
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});
