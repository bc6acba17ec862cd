import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { usualMajor } from "../testing/majors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { compileIgnore } from "./ignore.ts";
import { readSnapshot } from "./snapshot.ts";
import { changes, look } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query(`
    create role catalog_ann; create role "Catalog=Bob/""x""";
    create role catalog_plain login`);
}, 60_000);
afterAll(async () => {
  await database.db.query("drop schema s cascade; drop role catalog_ann");
  await database.db.query(`drop role "Catalog=Bob/""x"""; drop role catalog_plain`);
  await database.drop();
});

const everything = `
  create table t (a int, b int); create view v as select a from t; create materialized view m as select a from t;
  create sequence q; create type e as enum ('a'); create domain d as int; create type c as (a int);
  create function f() returns int language sql as 'select 1'; create procedure p() language sql as 'select 1';
  create aggregate g (int) (sfunc = int4pl, stype = int); create type r as range (subtype = int)`;
const kinds: [string, string][] = [
  ["table t", "table s.t"],
  ["view v", "view s.v"],
  ["materialized view m", "materialized view s.m"],
  ["sequence q", "sequence s.q"],
  ["type e", "enum s.e"],
  ["domain d", "domain s.d"],
  ["type c", "composite type s.c"],
  ["type r", "range type s.r"],
  ["function f()", "function s.f()"],
  ["procedure p()", "procedure s.p()"],
  ["aggregate g(int)", "aggregate s.g(integer)"],
  ["schema s", "schema s"],
];

describe("owners", () => {
  test.each(kinds)("of %s", async (object, told) => {
    const expected = [`altered ${told}: owner schemawatch → catalog_ann`];
    expect(await changes(database.db, everything, `alter ${object} owner to catalog_ann`)).toEqual(expected);
  });
});

describe("grants", () => {
  const cases: [string, string, string[]][] = [
    ["grant select on t to catalog_ann", "", ["altered table s.t: grants null → [catalog_ann: SELECT]"]],
    [
      "grant select, insert on t to catalog_ann with grant option",
      "",
      ["altered table s.t: grants null → [catalog_ann: SELECT, INSERT (with grant option: SELECT, INSERT)]"],
    ],
    [
      "grant all on t to public",
      "",
      [
        `altered table s.t: grants null → [PUBLIC: SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER${usualMajor() < 17 ? "" : ", MAINTAIN"}]`,
      ],
    ],
    [
      `grant update on t to "Catalog=Bob/""x"""`,
      "",
      [`altered table s.t: grants null → ["Catalog=Bob/""x""": UPDATE]`],
    ],
    [
      "grant update (b), select (b) on t to catalog_ann",
      "",
      ["altered column s.t.b: grants null → [catalog_ann: SELECT, UPDATE]"],
    ],
    [
      "revoke delete on t from schemawatch",
      "",
      ["altered table s.t: grants null → [schemawatch: no DELETE]"],
    ],
    [
      "revoke select on t from catalog_ann",
      "grant select on t to catalog_ann",
      ["altered table s.t: grants [catalog_ann: SELECT] → null"],
    ],
    ["grant select on v to catalog_ann", "", ["altered view s.v: grants null → [catalog_ann: SELECT]"]],
    [
      "grant select on m to catalog_ann",
      "",
      ["altered materialized view s.m: grants null → [catalog_ann: SELECT]"],
    ],
    [
      "grant usage on sequence q to catalog_ann",
      "",
      ["altered sequence s.q: grants null → [catalog_ann: USAGE]"],
    ],
    ["revoke usage on type e from public", "", ["altered enum s.e: grants null → [PUBLIC: no USAGE]"]],
    ["grant usage on type d to catalog_ann", "", ["altered domain s.d: grants null → [catalog_ann: USAGE]"]],
    [
      "revoke execute on function f() from public",
      "",
      ["altered function s.f(): grants null → [PUBLIC: no EXECUTE]"],
    ],
    [
      "grant execute on procedure p() to catalog_ann",
      "",
      ["altered procedure s.p(): grants null → [catalog_ann: EXECUTE]"],
    ],
    [
      "grant execute on function g(int) to catalog_ann",
      "",
      ["altered aggregate s.g(integer): grants null → [catalog_ann: EXECUTE]"],
    ],
    [
      "grant usage, create on schema s to catalog_ann",
      "",
      ["altered schema s: grants null → [catalog_ann: USAGE, CREATE]"],
    ],
    [
      "alter table t owner to catalog_ann",
      "grant select on t to public",
      ["altered table s.t: owner schemawatch → catalog_ann"],
    ],
    [
      "alter role catalog_ann rename to catalog_eve; alter role catalog_eve rename to catalog_ann",
      "grant select on t to catalog_ann",
      [],
    ],
  ];
  test.each(cases)("%s", async (ddl, setup, expected) => {
    expect(await changes(database.db, `${everything}; ${setup}`, ddl)).toEqual(expected);
  });

  test("who granted is told where it is not the owner", async () => {
    const setup = `${everything}; grant select on t to catalog_ann with grant option`;
    const ddl = `grant usage on schema s to catalog_ann; set role catalog_ann; grant select on t to catalog_plain; reset role`;
    expect(await changes(database.db, setup, ddl)).toEqual([
      "altered schema s: grants null → [catalog_ann: USAGE]",
      "altered table s.t: grants [catalog_ann: SELECT (with grant option: SELECT)] → [catalog_ann: SELECT (with grant option: SELECT) | catalog_plain: SELECT (granted by catalog_ann)]",
    ]);
  });

  test("the same right from another grantor is a change, though nobody won or lost one", async () => {
    const give =
      "grant select on t, v to catalog_ann with grant option; grant select (b) on t to catalog_ann with grant option";
    const setup = `${everything}; ${give}; grant usage on schema s to catalog_ann; grant select on v to catalog_plain; grant select (b) on t to catalog_plain`;
    const ddl = `revoke select on v from catalog_plain; revoke select (b) on t from catalog_plain; set role catalog_ann;
      grant select on v to catalog_plain; grant select (b) on t to catalog_plain; reset role`;
    expect(await changes(database.db, setup, ddl)).toEqual([
      "altered view s.v: grants [catalog_ann: SELECT (with grant option: SELECT) | catalog_plain: SELECT] → [catalog_ann: SELECT (with grant option: SELECT) | catalog_plain: SELECT (granted by catalog_ann)]",
      "altered column s.t.b: grants [catalog_ann: SELECT (with grant option: SELECT) | catalog_plain: SELECT] → [catalog_ann: SELECT (with grant option: SELECT) | catalog_plain: SELECT (granted by catalog_ann)]",
    ]);
  });

  test("a default that the owner revoked and another granted is neither the default nor the grant", async () => {
    const setup = `${everything}; grant usage on schema s to catalog_ann; grant execute on function f() to catalog_ann with grant option`;
    const both = `set role catalog_ann; grant execute on function f() to public; reset role`;
    const held = "catalog_ann: EXECUTE (with grant option: EXECUTE)";
    expect(
      await changes(database.db, `${setup}; ${both}`, "revoke execute on function f() from public"),
    ).toEqual([
      `altered function s.f(): grants [PUBLIC: EXECUTE (granted by catalog_ann) | ${held}] → [PUBLIC: EXECUTE (granted by catalog_ann) | PUBLIC: no EXECUTE | ${held}]`,
    ]);
  });
});

describe("schemas, extensions", () => {
  const cases: [string, string, string, string[]][] = [
    [
      "schema added; its objects stand for themselves",
      "",
      "create schema x; create table x.t (a int)",
      ["added schema x", "added table x.t with column x.t.a"],
    ],
    [
      "schema dropped",
      "create schema x; create table x.t (a int)",
      "drop schema x cascade",
      ["removed schema x", "removed table x.t with column x.t.a"],
    ],
    [
      "schema renamed; nothing in it differs",
      `create schema x; create type x.e as enum ('a');
        create table x.t (a x.e default 'a', b int primary key); create index i on x.t (a); create sequence x.q;
        create function x.f(e x.e) returns x.e language sql as 'select e'; create view v as select x.f(a) from x.t;
        create table u (b int references x.t default nextval('x.q'))`,
      "alter schema x rename to y",
      ["renamed schema y from x"],
    ],
    [
      "schema renamed, and a part of it altered",
      "create schema x; create table x.t (a int); create index i on x.t (a)",
      "alter schema x rename to y; alter index y.i rename to j; alter table y.t add b int",
      ["renamed schema y from x", "added column y.t.b", "renamed index y.j from x.i"],
    ],
    ["schema commented", "", "comment on schema s is 'x'", ["altered schema s: comment null → x"]],
    [
      "extension added; its members are its own",
      "",
      "create extension citext schema s",
      ["added extension citext"],
    ],
    [
      "extension dropped",
      "create extension citext schema s",
      "drop extension citext",
      ["removed extension citext"],
    ],
    [
      "extension moved",
      "create extension citext schema public",
      "alter extension citext set schema s",
      ["altered extension citext: schema public → s"],
    ],
    [
      "extension updated",
      "create extension citext version '1.4'",
      "alter extension citext update to '1.5'",
      ["altered extension citext: version 1.4 → 1.5"],
    ],
    [
      "extension commented",
      "create extension citext",
      "comment on extension citext is 'y'",
      ["altered extension citext: comment data type for case-insensitive character strings → y"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    const clean =
      "drop extension if exists citext cascade; drop schema if exists x cascade; drop schema if exists y cascade";
    expect(await changes(database.db, `${clean}; ${setup}`, ddl)).toEqual(expected);
  });
});

test("a role with CONNECT alone sees the same", async () => {
  await changes(database.db, everything, "");
  const whole = await look(database.db);
  const asPlain = await database.db.reserve(async (session) => {
    await session.query("set role catalog_plain");
    await session.query("begin isolation level repeatable read read only");
    const seen = await readSnapshot(session, { ignore: compileIgnore([]) });
    await session.query("commit");
    return seen;
  });
  expect(asPlain.objects).toEqual(whole.objects);
});
