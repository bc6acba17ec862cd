import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../../testing/postgres.ts";
import { compileIgnore } from "../ignore.ts";
import type { AttributeValue, CatalogObject } from "../model.ts";
import { readSnapshot } from "../snapshot.ts";
import { judge } from "./judge.ts";

/** Starting a server takes long on a busy machine. */
const START = 60_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ template: "sample" });
}, START);
afterAll(() => database.drop());

/** One object with one attribute taken away, or given. */
function rulesFor(
  object: CatalogObject,
  name: string,
  before: AttributeValue,
  after: AttributeValue,
): readonly string[] {
  const { kind, identity, parent } = object;
  const difference = {
    kind,
    identity,
    action: "altered",
    attributes: { [name]: { before, after } },
  } as const;
  return (
    judge([{ ...difference, ...(parent ? { parent } : {}) }], { serverVersionNum: 180000 })[0]?.rules ?? []
  );
}

/** They come and go with another attribute, which tells it: `partitionOf`, `generated`, `identity`. */
const TOGETHER = ["table.bound", "column.expression", "column.identitySequence"];

test("whatever attribute of an object in the shop changes, a rule knows it", async () => {
  const read = (tx: Parameters<typeof readSnapshot>[0]) => readSnapshot(tx, { ignore: compileIgnore([]) });
  const { objects } = await database.db.transaction(read, { isolation: "repeatable read" });
  const unknown = new Set<string>();
  for (const object of objects) {
    for (const name of Object.keys(object.attributes)) {
      if (TOGETHER.includes(`${object.kind}.${name}`)) continue;
      for (const [before, after] of pairs(objects, object, name))
        if (rulesFor(object, name, before, after).includes("unknown"))
          unknown.add(`${object.kind}.${name}: ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
    }
  }
  expect([...unknown]).toEqual([]);
  expect(objects.length).toBeGreaterThan(100);
});

/** The object's value and some other values that the shop's objects of its kind have there, to and fro. */
function pairs(
  objects: readonly CatalogObject[],
  object: CatalogObject,
  name: string,
): [AttributeValue, AttributeValue][] {
  const value = object.attributes[name] ?? null;
  const others = objects
    .filter((other) => other.kind === object.kind && other.parent?.kind === object.parent?.kind)
    .map((other) => other.attributes[name] ?? null)
    .filter((other) => JSON.stringify(other) !== JSON.stringify(value))
    .slice(0, 8);
  return others.flatMap((other): [AttributeValue, AttributeValue][] => [
    [value, other],
    [other, value],
  ]);
}
