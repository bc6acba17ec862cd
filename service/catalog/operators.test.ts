import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { diffSnapshots } from "./diff.ts";
import { fingerprint } from "./hash.ts";
import { changes, from, look, told } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.db.query("create role operators_ann");
}, 60_000);
afterAll(async () => {
  await database.db.query(
    "drop schema if exists s cascade; drop schema if exists s2 cascade; drop role operators_ann",
  );
  await database.drop();
});

/** Setup, DDL, what is told. */
type Case = [setup: string, ddl: string, told: readonly string[]];

const same = `
  create type e as enum ('a', 'b');
  create function same(e, e) returns bool language sql immutable as 'select $1::text = $2::text';
  create function other(e, e) returns bool language sql immutable as 'select $1::text <> $2::text';
  create function sort(e, e) returns int language sql immutable as 'select 0';
  create function e_text(e) returns text language sql as $$select 'x'$$;
  create function e_text2(e) returns text language sql as $$select 'y'$$;
  create function hash(e) returns int language sql immutable as 'select 1'`;
const operators = `${same};
  create operator === (leftarg = e, rightarg = e, function = same);
  create operator family f using btree;
  create operator class c for type e using btree family f as operator 3 ===, function 1 sort(e, e)`;

function run(cases: readonly Case[]): void {
  test.each(cases.map((one) => [one[1], one] as const))("%s", async (_, [setup, ddl, told]) => {
    // Which version another locale has depends on the library.
    const lines = await changes(database.db, setup, ddl);
    expect(lines.map((line) => line.replace(/collationVersion [^;]*; /, ""))).toEqual([...told]);
  });
}

describe("casts", () => {
  run([
    [same, "create cast (e as text) with function e_text(e)", ["added cast (s.e AS text)"]],
    [
      `${same}; create cast (e as text) with function e_text(e)`,
      "drop cast (e as text); create cast (e as text) with function e_text2(e) as assignment",
      ["altered cast (s.e AS text): context null → ASSIGNMENT; function s.e_text(s.e) → s.e_text2(s.e)"],
    ],
    [
      `${same}; create cast (e as text) with inout as implicit`,
      "drop cast (e as text)",
      ["removed cast (s.e AS text)"],
    ],
    [
      `${same}; create cast (e as text) with inout as implicit`,
      "comment on cast (e as text) is 'in words'; alter type e rename to e2",
      ["renamed enum s.e2 from s.e", "altered cast (s.e2 AS text): comment null → in words"],
    ],
  ]);
});

describe("operators", () => {
  run([
    [
      same,
      "create operator === (leftarg = e, rightarg = e, function = same)",
      ["added operator s.===(s.e, s.e)"],
    ],
    [
      `${same}; create function minus(e) returns e language sql as 'select $1'`,
      "create operator @#@ (rightarg = e, function = minus)",
      ["added operator s.@#@(NONE, s.e)"],
    ],
    [
      operators,
      "alter operator === (e, e) set (restrict = eqsel, join = eqjoinsel)",
      ["altered operator s.===(s.e, s.e): join null → eqjoinsel; restrict null → eqsel"],
    ],
    [
      same,
      "create operator === (leftarg = e, rightarg = e, function = same, commutator = ===, negator = !==, hashes, merges)",
      ["added operator s.===(s.e, s.e)"],
    ],
    [
      `${same}; create operator === (leftarg = e, rightarg = e, function = same, negator = !==)`,
      "create operator !== (leftarg = e, rightarg = e, function = other, negator = ===)",
      ["added operator s.!==(s.e, s.e)"],
    ],
    [
      operators,
      "alter operator === (e, e) owner to operators_ann",
      ["altered operator s.===(s.e, s.e): owner schemawatch → operators_ann"],
    ],
    [
      operators,
      "comment on operator === (e, e) is 'same'",
      ["altered operator s.===(s.e, s.e): comment null → same"],
    ],
    [
      `${same}; create operator === (leftarg = e, rightarg = e, function = same); drop schema if exists s2 cascade; create schema s2`,
      "alter operator === (e, e) set schema s2",
      ["renamed operator s2.===(s.e, s.e) from s.===(s.e, s.e)"],
    ],
    [
      `${same}; create operator === (leftarg = e, rightarg = e, function = same)`,
      "drop operator === (e, e)",
      ["removed operator s.===(s.e, s.e)"],
    ],
  ]);
});

describe("operator classes and families", () => {
  run([
    [
      same,
      "create operator class c default for type e using hash as function 1 hash(e)",
      ["added operator family s.c USING hash", "added operator class s.c USING hash"],
    ],
    [
      operators,
      "alter operator class c using btree rename to d; alter operator family f using btree rename to g",
      [
        "renamed operator family s.g USING btree from s.f USING btree",
        "renamed operator class s.d USING btree from s.c USING btree",
      ],
    ],
    [
      operators,
      `create function same_text(e, text) returns bool language sql immutable as 'select true';
       create function sort_text(e, text) returns int language sql immutable as 'select 0';
       create operator === (leftarg = e, rightarg = text, function = same_text);
       alter operator family f using btree add operator 3 === (e, text), function 1 (e, text) sort_text(e, text)`,
      [
        "added function s.same_text(s.e, text)",
        "added function s.sort_text(s.e, text)",
        "added operator s.===(s.e, text)",
        "altered operator family s.f USING btree: functions null → [1 (s.e, text) s.sort_text(s.e,text)]; operators null → [3 s.===(s.e,text)]",
      ],
    ],
    [
      operators,
      "comment on operator class c using btree is 'c'; comment on operator family f using btree is 'f'",
      [
        "altered operator family s.f USING btree: comment null → f",
        "altered operator class s.c USING btree: comment null → c",
      ],
    ],
    [
      operators,
      "alter operator class c using btree owner to operators_ann; alter operator family f using btree owner to operators_ann",
      [
        "altered operator family s.f USING btree: owner schemawatch → operators_ann",
        "altered operator class s.c USING btree: owner schemawatch → operators_ann",
      ],
    ],
    [
      operators,
      "drop operator class c using btree; create operator class c default for type e using btree family f as function 1 sort(e, e)",
      ["altered operator class s.c USING btree: default null → true; operators [3 s.===(s.e,s.e)] → null"],
    ],
    [
      operators,
      "drop operator family f using btree cascade",
      ["removed operator family s.f USING btree", "removed operator class s.c USING btree"],
    ],
  ]);
});

describe("noise", () => {
  test.each(["hstore", "cube", "seg", "ltree", "intarray", "btree_gin", "pg_trgm", "unaccent", "dict_xsyn"])(
    "the members of extension %s",
    async (name) => {
      const all = ["drop", "create"].map((verb) => `${verb} extension ${name}`);
      expect(await changes(database.db, `drop extension if exists ${name}`, `${all[1]} schema s`)).toEqual([
        `added extension ${name}`,
      ]);
      await database.db.query(`${all[0]}`);
    },
  );

  test("temporary objects", async () => {
    const { db } = database;
    await db.reserve(async (session) => {
      const before = await look(db);
      await session.query(`
        create type pg_temp.e as enum ('a');
        create function pg_temp.same(pg_temp.e, pg_temp.e) returns bool language sql as 'select true';
        create operator pg_temp.=== (leftarg = pg_temp.e, rightarg = pg_temp.e, function = pg_temp.same);
        create cast (pg_temp.e as int) with inout;
        create collation pg_temp.c (provider = libc, locale = 'C');
        create operator family pg_temp.f using hash;
        create text search dictionary pg_temp.d (template = simple);
        create text search configuration pg_temp.t (parser = "default");
        create conversion pg_temp.v for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create type pg_temp.shell`);
      expect(diffSnapshots(before, await look(db)).map(told)).toEqual([]);
      await session.query("discard temp");
    });
  });
});

describe("names with every character", () => {
  const names = [
    'a"b',
    "a.b",
    "a USING b",
    "a (b)",
    "a: b",
    "é🐘",
    "line\nbreak",
    "@x",
    "(a AS b)",
    "NONE",
    " ",
  ];
  test.each(names)("%j", async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    await database.db.query(`drop role if exists ${quoted}`);
    const lines = await changes(
      database.db,
      "",
      `create role ${quoted};
       create type ${quoted} as enum ('a');
       create cast (${quoted} as int) with inout;
       create operator family ${quoted} using hash;
       create operator class ${quoted} for type int using hash as function 1 hashint4(int);
       create collation ${quoted} (provider = libc, locale = 'C');
       create conversion ${quoted} for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
       create text search dictionary ${quoted} (template = simple, stopwords = english);
       create text search configuration ${quoted} (parser = "default");
       alter text search configuration ${quoted} add mapping for word with ${quoted};
       alter role ${quoted} in database "${database.name}" set work_mem = '1MB'`,
    );
    const now = await look(database.db);
    await database.db.query(`drop schema s cascade; drop role ${quoted}`);
    expect(lines.length).toBeGreaterThanOrEqual(9);
    expect(now.objects.find((one) => one.kind === "role" && one.name === name)?.name).toBe(name);
  });
});

describe("collations", () => {
  run([
    ["", "create collation o (provider = icu, locale = 'de-u-co-phonebk')", ["added collation s.o"]],
    [
      "create collation o (provider = icu, locale = 'de')",
      "drop collation o; create collation o (provider = icu, locale = 'sv', deterministic = false)",
      ["altered collation s.o: deterministic null → false; locale de → sv"],
    ],
    ...from(16, [
      "create collation o (provider = icu, locale = 'de')",
      "drop collation o; create collation o (provider = icu, locale = 'de', rules = '&a < g')",
      ["altered collation s.o: rules null → &a < g"],
    ] as Case),
    ...from(17, [
      "create collation o (provider = icu, locale = 'de')",
      "drop collation o; create collation o (provider = builtin, locale = 'C.UTF-8')",
      ["altered collation s.o: locale de → C.UTF-8; provider icu → builtin"],
    ] as Case),
  ]);

  test("a version on record that is not the library's is told, on its own server only", async () => {
    const { db } = database;
    await changes(db, "create collation o (provider = icu, locale = 'de')", "");
    const before = await look(db);
    const [actual] = await db.query<{ version: string }>(
      "select collversion as version from pg_collation where collname = 'o'",
    );
    await db.query("update pg_collation set collversion = '1' where collname = 'o'");
    const after = await look(db);
    expect(diffSnapshots(before, after).map(told)).toEqual([
      `altered collation s.o: actualCollationVersion null → ${actual?.version}; collationVersion ${actual?.version} → 1`,
    ]);
    expect(diffSnapshots({ ...before, origin: "another" }, after)).toEqual([]);
    expect(fingerprint(after)).toBe(fingerprint(before));
    await db.query("alter collation s.o refresh version");
    expect(diffSnapshots(before, await look(db))).toEqual([]);
  });
});
