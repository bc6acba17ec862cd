import { afterAll, expect, test } from "bun:test";
import { testDatabase } from "../testing/postgres.ts";

const { db, drop } = await testDatabase();
afterAll(drop);

/** The parameter's value after a journey to the server and back. */
async function roundTrip(type: string, value: unknown): Promise<unknown> {
  const [row] = await db.query<{ value: unknown }>(`select $1::${type} as value`, [value]);
  return row?.value;
}

test.each<[string, unknown, unknown]>([
  ["int4", 7, 7],
  ["int8", 7n, "7"],
  ["int8", "9007199254740993", "9007199254740993"],
  ["numeric", "1.50", "1.50"],
  ["float8", 0.1, 0.1],
  ["bool", true, true],
  ["bool", false, false],
  ["text", "it's", "it's"],
  ["text", null, null],
  ["bytea", new Uint8Array([0, 255]), Buffer.from([0, 255])],
  ["timestamptz", new Date("2026-01-02T03:04:05.678Z"), new Date("2026-01-02T03:04:05.678Z")],
  ["date", "2026-01-02", "2026-01-02"],
  ["json", { a: [1, "x"] }, { a: [1, "x"] }],
  ["jsonb", [1, 2], [1, 2]],
  ["jsonb", '{"text": "is JSON already"}', { text: "is JSON already" }],
  ["text[]", ["a", "b c", 'q"\\', "", "NULL", null], ["a", "b c", 'q"\\', "", "NULL", null]],
  ["text[]", [], []],
  ["name[]", ["pg_class"], ["pg_class"]],
  [
    "int4[]",
    [
      [1, 2],
      [3, 4],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ["oid[]", [4294967295], [4294967295]],
  ["int8[]", ["1", 2n], ["1", "2"]],
  ["bool[]", [true, false, null], [true, false, null]],
  ["timestamptz[]", [new Date(0)], [new Date(0)]],
  ["jsonb[]", [{ a: 1 }, [2]], [{ a: 1 }, [2]]],
  ["uuid[]", ["00000000-0000-4000-8000-000000000000"], ["00000000-0000-4000-8000-000000000000"]],
])("%s keeps its value", async (type, value, expected) => {
  expect(await roundTrip(type, value)).toEqual(expected);
});

test("an array with bounds reads as its values", async () => {
  const rows = await db.query("select '[2:3]={1,2}'::int[] as value", []);
  expect(rows).toEqual([{ value: [1, 2] }]);
});

test("a role's own DateStyle does not reach us", async () => {
  await db.query("alter role current_user set datestyle = 'German'");
  const other = await testDatabase();
  try {
    const rows = await other.db.query("select timestamptz '2026-01-02 03:04:05Z' as at", []);
    expect(rows).toEqual([{ at: new Date("2026-01-02T03:04:05Z") }]);
  } finally {
    await db.query("alter role current_user reset datestyle");
    await other.drop();
  }
});

test("a plan gone stale is made anew with the same values", async () => {
  await db.query("create table stale (a bool, b bytea, c jsonb, d text[])");
  const values = [true, new Uint8Array([1]), { k: 1 }, ["x"]];
  const insert = "insert into stale (a, b, c, d) values ($1, $2, $3, $4) returning *";
  const kept = { a: true, b: Buffer.from([1]), c: { k: 1 }, d: ["x"] };
  expect(await db.query(insert, values)).toEqual([kept]);
  await db.query("alter table stale add column e int");
  expect(await db.query(insert, values)).toEqual([{ ...kept, e: null }]);
});
