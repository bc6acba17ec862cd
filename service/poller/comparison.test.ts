import { expect, test } from "bun:test";
import { type Attributes, type CatalogObject, FORMAT_VERSION, type Snapshot } from "../catalog/model.ts";
import { atOnce } from "../slices.ts";
import { compareContent, type KnownSnapshot } from "./comparison.ts";

function schema(
  name: string,
  attributes: Attributes = {},
  place: Partial<CatalogObject> = {},
): CatalogObject {
  return {
    kind: "schema",
    name,
    identity: name,
    address: `pg_namespace:${name}:0`,
    version: "1",
    attributes,
    ...place,
  };
}

function snapshot(...objects: CatalogObject[]): Snapshot {
  return { format: FORMAT_VERSION, serverVersionNum: 180000, origin: "1:1", objects, unreadable: [] };
}

const compared = (before: KnownSnapshot | null, fresh: Snapshot) => atOnce(compareContent(before, fresh));

const first = compared(null, snapshot(schema("a", { owner: "me" }), schema("b", { grants: ["x", "y"] })));
const known = first.known;

test("without a known snapshot everything begins", () => {
  expect(first.begun.map(({ object }) => object.identity)).toEqual(["a", "b"]);
  expect(new Set(first.begun.map(({ hash }) => hash)).size).toBe(2);
});

test("an equal one keeps the known objects and writes nothing", () => {
  const again = compared(known, snapshot(schema("a", { owner: "me" }), schema("b", { grants: ["x", "y"] })));
  expect(again.known.snapshot.objects).toBe(known.snapshot.objects);
  expect(again.known.hashes).toBe(known.hashes);
  expect([again.begun, again.ended, again.readdressed]).toEqual([[], [], []]);
});

test.each([
  ["another value", { grants: ["x", "z"] }],
  ["another order", { grants: ["y", "x"] }],
  ["one more", { grants: ["x", "y"], owner: "me" }],
  ["one less", {}],
  ["another name", { owner: ["x", "y"] }],
] as [string, Attributes][])(
  "an attribute that differs (%s) ends the old content and begins the new",
  (_, attributes) => {
    const delta = compared(known, snapshot(schema("a", { owner: "me" }), schema("b", attributes)));
    expect(delta.ended.map(({ identity }) => identity)).toEqual(["b"]);
    expect(delta.begun.map(({ object }) => object.attributes)).toEqual([attributes]);
    expect(delta.known.snapshot.objects[0]).toBe(known.snapshot.objects[0] as CatalogObject);
  },
);

test("another address or row version with the same content is only that", () => {
  const moved = schema("b", { grants: ["x", "y"] }, { version: "2" });
  const delta = compared(known, snapshot(schema("a", { owner: "me" }), moved));
  expect([delta.begun, delta.ended]).toEqual([[], []]);
  expect(delta.readdressed).toEqual([moved]);
  expect(compared(delta.known, snapshot(schema("a", { owner: "me" }), moved)).readdressed).toEqual([]);
});

test("what is gone ends", () => {
  const delta = compared(known, snapshot(schema("b", { grants: ["x", "y"] })));
  expect(delta.ended.map(({ identity }) => identity)).toEqual(["a"]);
  expect(delta.begun).toEqual([]);
});
