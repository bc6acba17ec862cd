import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes, look } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role procedural_ann superuser");
}, 60_000);
afterAll(async () => {
  await database.db.query(`${clean}; drop schema s cascade; drop role procedural_ann`);
  await database.drop();
});

const clean = `drop extension if exists citext cascade; drop event trigger if exists ev, ev2; drop language if exists lang, lang2 cascade;
  drop access method if exists am, am2 cascade`;

type Case = readonly [name: string, setup: string, ddl: string, expected: readonly string[]];

describe("event triggers", () => {
  const setup = `create function f() returns event_trigger language plpgsql as 'begin end';
    create function g() returns event_trigger language plpgsql as 'begin end';
    create event trigger ev on ddl_command_end when tag in ('CREATE TABLE', 'ALTER TABLE') execute function f()`;
  const cases: readonly Case[] = [
    [
      "added",
      setup,
      "create event trigger ev2 on sql_drop execute function f()",
      ["added event trigger ev2"],
    ],
    ["dropped", setup, "drop event trigger ev", ["removed event trigger ev"]],
    ["renamed", setup, "alter event trigger ev rename to ev2", ["renamed event trigger ev2 from ev"]],
    [
      "disabled",
      setup,
      "alter event trigger ev disable",
      ["altered event trigger ev: enabled null → disabled"],
    ],
    [
      "always",
      setup,
      "alter event trigger ev enable always",
      ["altered event trigger ev: enabled null → always"],
    ],
    [
      "replica",
      setup,
      "alter event trigger ev enable replica",
      ["altered event trigger ev: enabled null → replica"],
    ],
    [
      "made anew for other tags, another event and function",
      setup,
      "drop event trigger ev; create event trigger ev on ddl_command_start execute function g()",
      [
        "altered event trigger ev: event ddl_command_end → ddl_command_start; function s.f → s.g; tags [ALTER TABLE | CREATE TABLE] → null",
      ],
    ],
    [
      "owner and comment",
      setup,
      "alter event trigger ev owner to procedural_ann; comment on event trigger ev is 'x'",
      ["altered event trigger ev: comment null → x; owner schemawatch → procedural_ann"],
    ],
    ["its function renamed", setup, "alter function f() rename to h", ["renamed function s.h() from s.f()"]],
  ];
  test.each([...cases])("%s", async (_, made, ddl, expected) => {
    expect(await changes(database.db, `${clean}; ${made}`, ddl)).toEqual([...expected]);
  });
});

describe("rules", () => {
  const setup = `create table t (a int, b int); create table l (a int); create view v as select a from t;
    create rule r as on insert to t do also insert into l values (new.a);
    create rule vr as on insert to v do instead insert into t values (new.a)`;
  const cases: readonly Case[] = [
    ["added", setup, "create rule r2 as on delete to t do instead nothing", ["added rule s.t.r2"]],
    ["dropped", setup, "drop rule r on t", ["removed rule s.t.r"]],
    ["renamed", setup, "alter rule r on t rename to r2", ["renamed rule s.t.r2 from s.t.r"]],
    ["disabled", setup, "alter table t disable rule r", ["altered rule s.t.r: enabled null → disabled"]],
    ["always", setup, "alter table t enable always rule r", ["altered rule s.t.r: enabled null → always"]],
    [
      "replaced",
      setup,
      "create or replace rule r as on update to t do instead nothing",
      [
        "altered rule s.t.r: definition CREATE RULE r AS\n    ON INSERT TO s.t DO  INSERT INTO s.l (a)\n  VALUES (new.a); → CREATE RULE r AS\n    ON UPDATE TO s.t DO INSTEAD NOTHING;; event INSERT → UPDATE; instead null → true",
      ],
    ],
    ["commented", setup, "comment on rule r on t is 'x'", ["altered rule s.t.r: comment null → x"]],
    ["its table renamed", setup, "alter table t rename to tt", ["renamed table s.tt from s.t"]],
    ["its column renamed", setup, "alter table t rename a to aa", ["renamed column s.t.aa from s.t.a"]],
    ["of a view that is dropped", setup, "drop view v", ["removed view s.v with column s.v.a, rule s.v.vr"]],
  ];
  test.each([...cases])("%s", async (_, made, ddl, expected) => {
    expect(await changes(database.db, made, ddl)).toEqual([...expected]);
  });
});

describe("statistics", () => {
  const setup = "create table t (a int, b int, c text); create statistics st (ndistinct, mcv) on a, b from t";
  const cases: readonly Case[] = [
    ["added", setup, "create statistics st2 on (a + b), (lower(c)) from t", ["added statistics s.st2"]],
    ["dropped", setup, "drop statistics st", ["removed statistics s.st"]],
    ["renamed", setup, "alter statistics st rename to st2", ["renamed statistics s.st2 from s.st"]],
    [
      "moved",
      `drop schema if exists s2 cascade; create schema s2; ${setup}`,
      "alter statistics st set schema s2",
      ["renamed statistics s2.st from s.st"],
    ],
    [
      "target",
      setup,
      "alter statistics st set statistics 500",
      ["altered statistics s.st: target null → 500"],
    ],
    [
      "made anew of other columns and kinds",
      setup,
      "drop statistics st; create statistics st (dependencies) on b, a, (lower(c)) from t",
      [
        "altered statistics s.st: definition CREATE STATISTICS s.st (ndistinct, mcv) ON a, b FROM s.t → CREATE STATISTICS s.st (dependencies) ON a, b, lower(c) FROM s.t; kinds [ndistinct | mcv] → [dependencies]; on [a | b] → [a | b | lower(c)]",
      ],
    ],
    [
      "owner and comment",
      setup,
      "alter statistics st owner to procedural_ann; comment on statistics st is 'x'",
      ["altered statistics s.st: comment null → x; owner schemawatch → procedural_ann"],
    ],
    ["ANALYZE changes nothing", setup, "insert into t values (1, 2, 'c'); analyze t", []],
    ["its column renamed", setup, "alter table t rename a to aa", ["renamed column s.t.aa from s.t.a"]],
    [
      "gone with its table",
      setup,
      "drop table t",
      ["removed table s.t with column s.t.a, column s.t.b, column s.t.c", "removed statistics s.st"],
    ],
  ];
  test.each([...cases])("%s", async (_, made, ddl, expected) => {
    expect(await changes(database.db, made, ddl)).toEqual([...expected]);
  });
});

describe("languages, transforms, access methods", () => {
  const setup = `create trusted language lang handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
    create access method am type table handler heap_tableam_handler; create type c as (a int);
    create function f(internal) returns internal immutable language internal as 'int4recv';
    create function g(internal) returns c immutable language internal as 'record_recv';
    create transform for c language lang (to sql with function g(internal))`;
  const cases: readonly Case[] = [
    ["language added", "", "create language lang handler plpgsql_call_handler", ["added language lang"]],
    [
      "language dropped with its transform",
      setup,
      "drop language lang cascade",
      ["removed language lang", "removed transform s.c.lang"],
    ],
    ["language renamed", setup, "alter language lang rename to lang2", ["renamed language lang2 from lang"]],
    [
      "language's trust and handler",
      setup,
      "create or replace language lang handler plpgsql_call_handler",
      [
        "altered language lang: inline plpgsql_inline_handler → null; trusted true → null; validator plpgsql_validator → null",
      ],
    ],
    [
      "language's owner, rights, comment",
      setup,
      "revoke usage on language lang from public; alter language lang owner to procedural_ann; comment on language lang is 'x'",
      [
        "altered language lang: comment null → x; grants null → [PUBLIC: no USAGE]; owner schemawatch → procedural_ann",
      ],
    ],
    [
      "access method added",
      "",
      "create access method am type index handler bthandler",
      ["added access method am"],
    ],
    ["access method dropped", setup, "drop access method am", ["removed access method am"]],
    [
      "access method commented",
      setup,
      "comment on access method am is 'x'",
      ["altered access method am: comment null → x"],
    ],
    [
      "access method made anew",
      setup,
      "drop access method am; create access method am type index handler bthandler",
      ["altered access method am: handler heap_tableam_handler → bthandler; type TABLE → INDEX"],
    ],
    ["transform dropped", setup, "drop transform for c language lang", ["removed transform s.c.lang"]],
    [
      "transform replaced and commented",
      setup,
      `create or replace transform for c language lang (from sql with function f(internal), to sql with function g(internal));
         comment on transform for c language lang is 'x'`,
      ["altered transform s.c.lang: comment null → x; fromSql null → s.f(internal)"],
    ],
    [
      "transform's type renamed",
      setup,
      "alter type c rename to cc",
      ["renamed composite type s.cc from s.c"],
    ],
  ];
  test.each([...cases])("%s", async (_, made, ddl, expected) => {
    expect(await changes(database.db, `${clean}; ${made}`, ddl)).toEqual([...expected]);
  });
});

test("temporary objects are not looked at, whatever hangs on them", async () => {
  await database.db.query("create schema if not exists s");
  const before = await look(database.db);
  await database.db.reserve(async (session) => {
    await session.query(`create temp table t (a int, b int); create statistics pg_temp.st on a, b from t;
      create rule r as on insert to t do also nothing; create temp view v as select a from t;
      create rule r as on insert to v do instead nothing; create type pg_temp.c as (a int);
      create function pg_temp.f() returns int language sql as 'select 1'`);
    const now = await look(database.db);
    expect(now.objects).toEqual(before.objects);
    await session.query("discard temp");
  });
});

test("members of an extension are the extension's, whatever their kind", async () => {
  const setup = `${clean}; create extension citext schema s; create function f() returns event_trigger language plpgsql as 'begin end';
    create table t (a int, b int)`;
  const before = await changes(database.db, setup, "").then(() => look(database.db));
  await database.db.query(`set search_path = s;
    create event trigger ev on sql_drop execute function f(); alter extension citext add event trigger ev;
    create language lang handler plpgsql_call_handler; alter extension citext add language lang;
    create access method am type table handler heap_tableam_handler; alter extension citext add access method am;
    create foreign data wrapper w; alter extension citext add foreign data wrapper w;
    create server far foreign data wrapper w; alter extension citext add server far;
    create foreign table g (a int) server far; alter extension citext add foreign table g`);
  expect((await look(database.db)).objects.map(({ identity }) => identity)).toEqual(
    before.objects.map(({ identity }) => identity),
  );
});
