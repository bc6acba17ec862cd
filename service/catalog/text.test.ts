import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { quoteIdentifier, splitIdentity, unquoteIdentifier } from "./identifier.ts";
import type { AttributeValue, CatalogObject, Snapshot } from "./model.ts";
import { expectRoundTrip, look } from "./testing.ts";
import { formatSnapshot, parseSnapshot } from "./text.ts";

/** What names and texts may hold that a text format could stumble over. */
const AWKWARD = [
  "select",
  "My Table",
  'a"b',
  '"',
  '""',
  "a.b",
  "a:b",
  "a: b",
  "(",
  ")",
  "f(x)",
  "a\nb",
  "\n",
  "a\r\nb",
  "\r",
  "tab\there",
  " ",
  " lead",
  "trail ",
  "trail\t",
  "- item",
  "| bar",
  "|",
  "@at",
  "#hash",
  "[list]",
  "[]",
  "true",
  "null",
  "12",
  "-1",
  "1e5",
  "é",
  "😀",
  "日本語",
  "a\\nb",
  "\\",
  "'",
  "$1",
  "{x}",
  "column x",
  "table",
  "a,b",
  "a, b",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\u00a0",
  "\u0001",
  "x".repeat(63),
  "ü".repeat(31),
  "AS $function$",
  "definition:",
  "<<<<<<<",
  "\n\n",
  " \n ",
  "é\u0301",
];

describe("awkward names", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  }, 60_000);
  afterAll(() => database.drop());

  test("come back from a real server's schema", async () => {
    const names = AWKWARD.map((name) => `"${name.replaceAll('"', '""')}"`);
    const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const columns = names
      .map((name, index) => `${name} text default ${literal(AWKWARD[index] ?? "")}`)
      .join(", ");
    const fields = names.map((name) => `${name} int`).join(", ");
    await database.db.query(`
      set standard_conforming_strings = on;
      create schema "odd ""Schema"".x";
      set search_path = "odd ""Schema"".x";
      create table wide (${columns});
      create type labels as enum (${AWKWARD.map(literal).join(", ")});
      create type fields as (${fields});
      ${names.map((name) => `create function ${name}(${name} labels, int) returns text language sql as ${literal(`select ${name}::text\n\t \r\n`)}`).join(";")};
      ${names.map((name, index) => `create table ${name} (a int, b text check (b <> ${literal(AWKWARD[index] ?? "")}))`).join(";")};
      ${names.map((name, index) => `comment on table ${name} is ${literal(AWKWARD[index] ?? "")}`).join(";")};
      ${names.map((name, index) => `create index "i${index}${name.slice(1)} on ${name} (a) where b = ${literal(AWKWARD[index] ?? "")}`).join(";")};
      create domain d as text constraint "c: ""x""
" check (value <> E'a\\nb');
      ${names.map((name) => `alter table wide add constraint ${name} check (${name} is not null)`).join(";")};
    `);
    const snapshot = await look(database.db);
    expect(snapshot.objects.length).toBeGreaterThan(5 * AWKWARD.length);
    expectRoundTrip(snapshot);
    // A checkout on Windows turns line ends into CR LF.
    expectRoundTrip(parseSnapshot(formatSnapshot(snapshot).replaceAll("\n", "\r\n"), "windows"));
  });
});

test("any name and any value comes back", () => {
  // A fixed generator: a failure can be run again.
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const text = () => Array.from({ length: random(4) + 1 }, () => pick(AWKWARD)).join(pick(["", " ", "\n"]));
  const value = (): AttributeValue =>
    pick([
      text,
      text,
      () => "",
      () => random(1e6),
      () => -1.5,
      () => true,
      () => false,
      () => [text(), text()],
      () => [""],
    ])();
  for (let round = 0; round < 200; round++) {
    const schemaName = text();
    const schema: CatalogObject = {
      kind: "schema",
      name: schemaName,
      identity: quoteIdentifier(schemaName),
      attributes: { owner: text() },
    };
    const name = text();
    const home = { kind: "schema", identity: schema.identity } as const;
    const table: CatalogObject = {
      kind: "table",
      name,
      identity: `${schema.identity}.${quoteIdentifier(name)}`,
      parent: home,
      attributes: { a: value(), b: value() },
    };
    const parent = { kind: "table", identity: table.identity } as const;
    const part = (kind: "column" | "constraint", partName: string): CatalogObject => ({
      kind,
      name: partName,
      identity: `${table.identity}.${quoteIdentifier(partName)}`,
      parent,
      attributes: {
        type: text(),
        definition: text(),
        columns: [text()],
        x: value(),
        ...(kind === "column" ? { position: 1 + random(3) } : {}),
      },
    });
    const routine: CatalogObject = {
      kind: "function",
      name,
      identity: `${schema.identity}.${quoteIdentifier(name)}(${quoteIdentifier(text())}.${quoteIdentifier(text())}[], text)`,
      parent: home,
      attributes: { body: text() },
    };
    expectRoundTrip({
      format: 3,
      serverVersionNum: 180000,
      unreadable: [],
      objects: [schema, table, part("column", text()), part("constraint", text()), routine],
    });
  }
});

test("identities are quoted and taken apart as SQL does", () => {
  for (const name of AWKWARD) {
    expect(unquoteIdentifier(quoteIdentifier(name))).toBe(name);
    expect(splitIdentity(`public.${quoteIdentifier(name)}(bigint, "a)(".b)`)?.map(unquoteIdentifier)).toEqual(
      ["public", name],
    );
  }
  expect(["plain", "select", "Upper", "1a", "a_1", "value", "values"].map(quoteIdentifier)).toEqual([
    "plain",
    '"select"',
    '"Upper"',
    '"1a"',
    "a_1",
    "value",
    '"values"',
  ]);
  for (const wrong of ["", ".", "a.", 'a."b', "a b", "f(x", "a..b"]) expect(splitIdentity(wrong)).toBeNull();
});

describe("a text that is no snapshot is refused by its line", () => {
  const head = "# schemawatch snapshot, format 3, PostgreSQL 18\n";
  test.each([
    ["", "f.txt:1"],
    ["hello", "f.txt:1"],
    ["# schemawatch snapshot, format 99, PostgreSQL 18\n", "format 99"],
    ["# schemawatch snapshot, format 0, PostgreSQL 18\n", "format 0"],
    [`${head}\nwidget x\n`, "f.txt:3"],
    [`${head}table public\n`, "f.txt:2"],
    [`${head}table public.t extra\n`, "f.txt:2"],
    [`${head}table public.t: extra\n`, "f.txt:2"],
    [`${head}table "public.t\n`, "f.txt:2"],
    [`${head}column public.t.a: int\n`, "f.txt:2"],
    [`${head}table public.t\n  column a: int\n  column a: int\n`, "f.txt:4"],
    [`${head}table public.t\ntable public.t\n`, "f.txt:3"],
    [`${head}table public.t\n  owner: a\n  owner: b\n`, "f.txt:4"],
    [`${head}table public.t\n  owner\n`, "f.txt:3"],
    [`${head}table public.t\n  comment: "open\n`, "f.txt:3"],
    [`${head}table public.t\n  comment:\n`, "f.txt:3"],
    [`${head}table public.t\n  comment:\n    text\n`, "f.txt:3"],
    [`${head}table public.t\n  options:\n    - a\n    b\n`, "f.txt:5"],
    [`${head}table public.t\n      owner: a\n`, "f.txt:3"],
    [`${head}table public.t\n  cost: 1x\n`, "f.txt:3"],
    [`${head}table public.t\n  columns: [a\n`, "f.txt:3"],
    [`${head}table public.t\n<<<<<<< ours\n`, "f.txt:3"],
  ])("%j", (text, where) => {
    try {
      parseSnapshot(text, "f.txt");
      throw new Error("accepted");
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toBe("invalid");
      expect((error as AppError).message).toContain(where);
      expect((error as AppError).mend).toBeTruthy();
    }
  });

  test("comments and blank lines of people are read over", () => {
    const snapshot: Snapshot = parseSnapshot(
      `${head}\n# approved by Ann\ntable public.t\n\n  owner: ann\n`,
      "f.txt",
    );
    expect(snapshot.objects).toEqual([
      {
        kind: "table",
        name: "t",
        identity: "public.t",
        parent: { kind: "schema", identity: "public" },
        attributes: { owner: "ann" },
      },
    ]);
    expect(snapshot.serverVersionNum).toBe(180000);
  });
});
