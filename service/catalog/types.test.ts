import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { changes, from } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
}, 60_000);
afterAll(() => database.drop());

describe("types", () => {
  const e = "create type e as enum ('a', 'b')";
  const ct = "create type ct as (a int, b text)";
  const d = "create domain d as int";
  const base = `create type b;
    create function b_in(cstring) returns b language internal immutable strict as 'int8in';
    create function b_out(b) returns cstring language internal immutable strict as 'int8out';
    create type b (input = b_in, output = b_out, like = bigint, category = 'N', default = 7)`;
  const cases: [string, string, string, string[]][] = [
    ["enum added", "", e, ["added enum s.e"]],
    ["enum without values", "", "create type e as enum ()", ["added enum s.e"]],
    ["enum dropped", e, "drop type e", ["removed enum s.e"]],
    ["enum renamed", e, "alter type e rename to ee", ["renamed enum s.ee from s.e"]],
    ["enum made again is another type", e, `drop type e; ${e}`, ["removed enum s.e", "added enum s.e"]],
    [
      "value added",
      e,
      "alter type e add value 'c' before 'b'",
      ["altered enum s.e: values [a | b] → [a | c | b]"],
    ],
    [
      "value renamed",
      e,
      "alter type e rename value 'a' to 'aa'",
      ["altered enum s.e: values [a | b] → [aa | b]"],
    ],
    ["enum commented", e, "comment on type e is 'x'", ["altered enum s.e: comment null → x"]],
    ["composite added", "", ct, ["added composite type s.ct"]],
    ["composite dropped", ct, "drop type ct", ["removed composite type s.ct"]],
    ["composite renamed", ct, "alter type ct rename to c2", ["renamed composite type s.c2 from s.ct"]],
    [
      "field added, dropped",
      ct,
      "alter type ct add attribute c date, drop attribute a",
      ["altered composite type s.ct: fields [a integer | b text] → [b text | c date]"],
    ],
    [
      "field commented",
      ct,
      "comment on column ct.b is 'x'",
      ["altered composite type s.ct: fieldComments null → [b: x]"],
    ],
    [
      "field renamed",
      ct,
      "alter type ct rename attribute a to aa",
      ["altered composite type s.ct: fields [a integer | b text] → [aa integer | b text]"],
    ],
    [
      "field's type and collation",
      ct,
      `alter type ct alter attribute a type bigint, alter attribute b type text collate "C"`,
      [`altered composite type s.ct: fields [a integer | b text] → [a bigint | b text COLLATE "C"]`],
    ],
    ["domain added", "", d, ["added domain s.d"]],
    ["domain dropped", d, "drop domain d", ["removed domain s.d"]],
    ["domain renamed", d, "alter domain d rename to dd", ["renamed domain s.dd from s.d"]],
    [
      "domain's default and not null",
      d,
      "alter domain d set default 1, set not null".replace(", set", "; alter domain d set"),
      ["altered domain s.d: default null → 1; notNull null → true"],
    ],
    [
      "domain's constraint added",
      d,
      "alter domain d add constraint c check (value > 0) not valid",
      ["altered domain s.d: constraints null → [c: CHECK ((VALUE > 0)) NOT VALID]"],
    ],
    [
      "domain's constraint validated",
      `${d}; alter domain d add constraint c check (value > 0) not valid`,
      "alter domain d validate constraint c",
      ["altered domain s.d: constraints [c: CHECK ((VALUE > 0)) NOT VALID] → [c: CHECK ((VALUE > 0))]"],
    ],
    [
      "domain's constraint commented",
      `${d}; alter domain d add constraint c check (value > 0)`,
      "comment on constraint c on domain d is 'x'",
      ["altered domain s.d: constraintComments null → [c: x]"],
    ],
    ["domain with a collation", "", `create domain d as text collate "C"`, ["added domain s.d"]],
    [
      "range added",
      "",
      "create type r as range (subtype = float8, subtype_diff = float8mi)",
      ["added range type s.r"],
    ],
    ["range dropped", "create type r as range (subtype = int)", "drop type r", ["removed range type s.r"]],
    [
      "range renamed",
      "create type r as range (subtype = int)",
      "alter type r rename to rr",
      ["renamed range type s.rr from s.r"],
    ],
    ["shell type", "", "create type b", ["added base type s.b"]],
    ["shell type dropped", "create type b", "drop type b", ["removed base type s.b"]],
    [
      "shell type filled",
      "create type b",
      base.replace("create type b;", ""),
      [
        "altered base type s.b: alignment null → double; byValue null → true; category null → N; default null → 7; input null → s.b_in; length null → 8; output null → s.b_out; shell true → null",
        "added function s.b_in(cstring)",
        "added function s.b_out(s.b)",
      ],
    ],
    ["base type renamed", base, "alter type b rename to bb", ["renamed base type s.bb from s.b"]],
    ["base type commented", base, "comment on type b is 'x'", ["altered base type s.b: comment null → x"]],
    [
      "base type altered",
      base,
      "alter type b set (analyze = array_typanalyze, subscript = raw_array_subscript_handler)",
      [
        "altered base type s.b: analyze null → array_typanalyze; subscript null → raw_array_subscript_handler",
      ],
    ],
    [
      "base type made again",
      base,
      "drop type b cascade; create type b",
      [
        "removed base type s.b",
        "added base type s.b",
        "removed function s.b_in(cstring)",
        "removed function s.b_out(s.b)",
      ],
    ],
    [
      "base type's grants",
      base,
      "revoke usage on type b from public",
      ["altered base type s.b: grants null → [PUBLIC: no USAGE]"],
    ],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});

describe("sequences", () => {
  const q = "create sequence q";
  const cases: [string, string, string, string[]][] = [
    ["added", "", q, ["added sequence s.q"]],
    ["dropped", q, "drop sequence q", ["removed sequence s.q"]],
    [
      "renamed; a default that names it does not differ",
      `${q}; create table t (a int default nextval('q'))`,
      "alter sequence q rename to qq",
      ["renamed sequence s.qq from s.q"],
    ],
    [
      "made again is another one",
      q,
      "drop sequence q; create sequence q",
      ["removed sequence s.q", "added sequence s.q"],
    ],
    [
      "numbers",
      q,
      "alter sequence q as int increment -2 minvalue -100 maxvalue 50 start 50 restart cache 7 cycle",
      [
        "altered sequence s.q: cache null → 7; cycle null → true; increment null → -2; max null → 50; min null → -100; start null → 50; type null → integer",
      ].map((line) => line.replace("; start null → 50", "")),
    ],
    [
      "large numbers are exact",
      "create sequence q maxvalue 9223372036854775806",
      "alter sequence q maxvalue 9223372036854775805",
      ["altered sequence s.q: max 9223372036854775806 → 9223372036854775805"],
    ],
    [
      "owned by",
      `${q}; create table t (a int)`,
      "alter sequence q owned by t.a",
      ["altered sequence s.q: ownedBy null → s.t.a"],
    ],
    [
      "owned by another column",
      `create table t (a int, b int); create sequence q owned by t.a`,
      "alter sequence q owned by t.b",
      ["altered sequence s.q: ownedBy s.t.a → s.t.b"],
    ],
    [
      "its column renamed",
      "create table t (a serial)",
      "alter table t rename a to b",
      ["renamed column s.t.b from s.t.a"],
    ],
    ...from(15, [
      "unlogged",
      q,
      "alter sequence q set unlogged",
      ["altered sequence s.q: persistence null → unlogged"],
    ]),
    ["commented", q, "comment on sequence q is 'x'", ["altered sequence s.q: comment null → x"]],
  ];
  test.each(cases)("%s", async (_, setup, ddl, expected) => {
    expect(await changes(database.db, setup, ddl)).toEqual(expected);
  });
});
