import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { changes, look } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

const sql = (body: string) => `create or replace function f(a int) returns int language sql as '${body}'`;

describe("functions and procedures", () => {
  const f = sql("select a");
  const cases: [string, string, string, string[]][] = [
    ["added", "", f, ["added function s.f(integer)"]],
    ["dropped", f, "drop function f", ["removed function s.f(integer)"]],
    ["renamed", f, "alter function f rename to g", ["renamed function s.g(integer) from s.f(integer)"]],
    [
      "overloaded",
      f,
      "create function f(text) returns text language sql as 'select $1'",
      ["added function s.f(text)"],
    ],
    ["made again the same is no change", f, `drop function f; ${f}`, []],
    [
      "an argument's type renamed",
      "create type e as enum ('a'); create function f(a e) returns e language sql as 'select a'",
      "alter type e rename to ee",
      ["renamed enum s.ee from s.e"],
    ],
    ["commented", f, "comment on function f is 'x'", ["altered function s.f(integer): comment null → x"]],
    [
      "procedure added",
      "",
      "create procedure p(a int) language sql as 'select 1'",
      ["added procedure s.p(integer)"],
    ],
    [
      "procedure dropped",
      "create procedure p() language sql as 'select 1'",
      "drop procedure p",
      ["removed procedure s.p()"],
    ],
    [
      "procedure renamed",
      "create procedure p() language sql as 'select 1'",
      "alter procedure p rename to q",
      ["renamed procedure s.q() from s.p()"],
    ],
    [
      "written in SQL itself",
      "create table t (a int)",
      "create function g() returns bigint begin atomic select count(*) from t; end",
      ["added function s.g()"],
    ],
    [
      "window function",
      "",
      "create function w() returns bigint language internal window as 'window_row_number'",
      ["added function s.w()"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });

  const attributes: [string, string, string[]][] = [
    [sql("select a + 1"), "body", ["body"]],
    ["alter function f immutable", "volatility", ["volatility"]],
    ["alter function f strict", "strict", ["strict"]],
    ["alter function f security definer", "security", ["security"]],
    ["alter function f parallel safe", "parallel", ["parallel"]],
    ["alter function f leakproof", "leakproof", ["leakproof"]],
    ["alter function f cost 7", "cost", ["cost"]],
    ["alter function f set work_mem = '1MB'", "settings", ["settings"]],
    [sql("select a").replace("a int", "a int default 3"), "arguments", ["arguments"]],
    [`drop function f; ${sql("select a").replace("returns int", "returns bigint")}`, "returns", ["returns"]],
    ["create or replace function f(a int) returns int return a", "SQL", ["body", "parsed"]],
    ["alter function f support generate_series_int4_support", "support", ["support"]],
    [
      "create or replace function f(a int) returns int language internal as 'int4abs'",
      "internal",
      ["body", "language"],
    ],
    [
      "create or replace function f(a int) returns int language plpgsql as 'begin return a; end'",
      "language",
      ["body", "language"],
    ],
  ];
  test.each(attributes)("%s is told as %s", async (ddl, _, names) => {
    await changes(database.db, f, "");
    const before = await look(database.db);
    await database.db.query(`set search_path = s; ${ddl}`);
    const [difference, ...others] = diffSnapshots(before, await look(database.db));
    expect(others).toEqual([]);
    expect(difference?.identity).toBe("s.f(integer)");
    expect(Object.keys(difference?.attributes ?? {}).sort()).toEqual(names);
  });
});

describe("aggregates", () => {
  const a = "create aggregate a (int) (sfunc = int4pl, stype = int, initcond = '0')";
  const internal = "language internal strict as";
  const more = `
    create function step(internal, int) returns internal ${internal.replace(" strict", "")} 'int4_avg_accum';
    create function done(internal, int) returns numeric ${internal.replace(" strict", "")} 'numeric_poly_avg';
    create function merged(internal, internal) returns internal ${internal.replace(" strict", "")} 'numeric_poly_combine';
    create function written(internal) returns bytea ${internal} 'numeric_poly_serialize';
    create function read_again(bytea, internal) returns internal ${internal} 'numeric_poly_deserialize';
    create aggregate m (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra)`;
  const cases: [string, string, string, string[]][] = [
    ["added", "", a, ["added aggregate s.a(integer)"]],
    ["dropped", a, "drop aggregate a (int)", ["removed aggregate s.a(integer)"]],
    [
      "renamed",
      a,
      "alter aggregate a (int) rename to b",
      ["renamed aggregate s.b(integer) from s.a(integer)"],
    ],
    [
      "altered",
      a,
      "create or replace aggregate a (int) (sfunc = int4mi, stype = int, parallel = safe)",
      ["altered aggregate s.a(integer): initial 0 → null; parallel null → SAFE; transition int4pl → int4mi"],
    ],
    [
      "commented",
      a,
      "comment on aggregate a (int) is 'x'",
      ["altered aggregate s.a(integer): comment null → x"],
    ],
    [
      "with everything",
      "",
      `create aggregate a (int) (sfunc = int4larger, stype = int, combinefunc = int4larger, sortop = >,
        msfunc = int4pl, minvfunc = int4mi, mstype = int, sspace = 8)`,
      ["added aggregate s.a(integer)"],
    ],
    [
      "each part",
      more,
      `create or replace aggregate m (int) (sfunc = step, stype = internal, sspace = 64, finalfunc = done, finalfunc_extra,
         finalfunc_modify = shareable, combinefunc = merged, serialfunc = written, deserialfunc = read_again, parallel = restricted,
         msfunc = step, minvfunc = step, mstype = internal, msspace = 32, mfinalfunc = done, mfinalfunc_extra,
         mfinalfunc_modify = read_write)`,
      [
        "altered aggregate s.m(integer): combine null → s.merged; deserial null → s.read_again; finalModify null → SHAREABLE; movingFinal null → s.done; movingFinalExtra null → true; movingFinalModify null → READ_WRITE; movingInverse null → s.step; movingState null → internal; movingStateSize null → 32; movingTransition null → s.step; parallel null → RESTRICTED; serial null → s.written; stateSize null → 64",
      ],
    ],
    [
      "moving initial value",
      "create aggregate a (int) (sfunc = int4pl, stype = int, msfunc = int4pl, minvfunc = int4mi, mstype = int)",
      "create or replace aggregate a (int) (sfunc = int4pl, stype = int, msfunc = int4pl, minvfunc = int4mi, mstype = int, minitcond = '1')",
      ["altered aggregate s.a(integer): movingInitial null → 1"],
    ],
    [
      "ordered set, hypothetical set",
      "",
      `create aggregate o (float8 order by float8) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_cont_float8_final);
       create aggregate h (variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal,
         finalfunc = rank_final, finalfunc_extra, hypothetical)`,
      ['added aggregate s.h("any")', "added aggregate s.o(double precision, double precision)"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});
