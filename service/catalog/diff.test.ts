import { describe, expect, test } from "bun:test";
import { diffSnapshots } from "./diff.ts";
import { fingerprint, hashObject } from "./hash.ts";
import { type Attributes, type CatalogObject, compareObjects, type Kind, type Snapshot } from "./model.ts";
import { told } from "./testing.ts";

const file = (objects: readonly CatalogObject[]): Snapshot => ({
  format: 3,
  serverVersionNum: 180000,
  objects: [...objects].sort(compareObjects),
  unreadable: [],
});
const schema: CatalogObject = { kind: "schema", name: "s", identity: "s", attributes: {} };
const make = (kind: Kind, home: CatalogObject, name: string, attributes: Attributes = {}): CatalogObject => ({
  kind,
  name,
  identity: `${home.identity}.${name}`,
  parent: { kind: home.kind, identity: home.identity },
  attributes,
});
const table = make("table", schema, "t");
const columns = (names: string) =>
  [...names].map((name, index) => make("column", table, name, { type: "int", position: index + 1 }));
const between = (before: readonly CatalogObject[], after: readonly CatalogObject[]) =>
  diffSnapshots(file(before), file(after)).map(told);

describe("the same view as PostgreSQL 15 and 18 print it", () => {
  const view = (definition: string) => make("view", schema, "v", { definition });
  const across = (before: string, after: string) =>
    diffSnapshots({ ...file([schema, view(before)]), serverVersionNum: 150000 }, file([schema, view(after)]))
      .length;
  const old = ' SELECT t.id,\n    s.f(t."A b") AS c,\n    (t.p).x AS x\n   FROM s.t\n  WHERE (t.n > 1.5);';
  const now = ' SELECT id,\n    s.f("A b") AS c,\n    (p).x AS x\n   FROM s.t\n  WHERE (n > 1.5);';

  test("is the same", () => {
    expect(across(old, now)).toBe(0);
  });

  test("is another one with another column, relation, function or condition", () => {
    for (const [from, to] of [
      ["id", "no"],
      ["s.t", "s.u"],
      ["s.f", "s.g"],
      ["n >", "n <"],
    ] as const)
      expect(across(old, now.replace(from, to))).toBe(1);
  });

  test("is compared to the letter on one version", () => {
    expect(between([schema, view(old)], [schema, view(now)])).toHaveLength(1);
  });
});

test("all privileges are the same on PostgreSQL 16 and 17, which has one more", () => {
  const all = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER";
  const granted = (version: number, grants: string) => ({
    ...file([schema, make("table", schema, "t", { grants: [grants] })]),
    serverVersionNum: version,
  });
  const old = granted(160000, `x: ${all} (with grant option: ${all})`);
  const now = `x: ${all}, MAINTAIN (with grant option: ${all}, MAINTAIN)`;
  expect(diffSnapshots(old, granted(170000, now))).toEqual([]);
  expect(diffSnapshots(granted(170000, now), old)).toEqual([]);
  expect(diffSnapshots(old, granted(170000, now.replace("DELETE, ", "")))).toHaveLength(1);
  expect(diffSnapshots({ ...old, serverVersionNum: 170000 }, granted(170000, now))).toHaveLength(1);
});

describe("files and other servers are compared by identity", () => {
  test("another name is another object", () => {
    const other = make("table", schema, "u");
    expect(between([schema, table], [schema, other])).toEqual(["removed table s.t", "added table s.u"]);
  });

  test("what holds data may be there again", () => {
    expect(between([schema, table, ...columns("ab")], [schema, table, ...columns("ab")])).toEqual([]);
  });

  test("addresses of different origins mean nothing", () => {
    const [before, after] = [make("table", schema, "t"), make("table", schema, "u")].map((object) => ({
      ...object,
      address: "pg_class:1:0",
    }));
    const a = { ...file([schema, before as CatalogObject]), origin: "1:1" };
    const b = { ...file([schema, after as CatalogObject]), origin: "1:2" };
    expect(diffSnapshots(a, b).map(told)).toEqual(["removed table s.t", "added table s.u"]);
    expect(diffSnapshots(a, { ...b, origin: "1:1" }).map(told)).toEqual(["renamed table s.u from s.t"]);
  });
});

describe("column order", () => {
  const cases: [string, string, string[]][] = [
    ["abc", "abc", []],
    ["abc", "bc", ["removed column s.t.a"]],
    ["bc", "abc", ["added column s.t.a"]],
    ["abc", "acb", ["altered column s.t.b: position 2 → 3"]],
    ["abcd", "dabc", ["altered column s.t.d: position 4 → 1"]],
    ["abcd", "xdbc", ["removed column s.t.a", "altered column s.t.d: position 4 → 2", "added column s.t.x"]],
  ];
  test.each(cases)("%s to %s", (before, after, expected) => {
    const result = between([schema, table, ...columns(before)], [schema, table, ...columns(after)]);
    expect(result).toEqual(expected);
  });
});

test("snapshots of different formats are never compared", () => {
  expect(() => diffSnapshots(file([]), { ...file([]), format: 4 })).toThrow("format 3 and format 4");
});

test("hashes depend on the content alone, not on its order, place or row version", () => {
  const one = make("table", schema, "t", { owner: "ann", options: ["a=1", "b=2"] });
  const same = {
    ...make("table", schema, "t", { options: ["a=1", "b=2"], owner: "ann" }),
    address: "pg_class:1:0",
    version: "7",
  };
  expect(hashObject(same)).toBe(hashObject(one));
  expect(hashObject(one)).toMatch(/^[0-9a-f]{32}$/);
  const others = [
    make("table", schema, "u", one.attributes),
    make("view", schema, "t", one.attributes),
    make("table", schema, "t", { owner: "ann", options: ["a=1,b=2"] }),
    make("table", schema, "t", { owner: "ann", options: '["a=1","b=2"]' }),
    make("table", schema, "t", { owner: "ann" }),
  ];
  expect(new Set([one, ...others].map(hashObject)).size).toBe(6);
  expect(fingerprint(file([schema, one]))).toBe(
    fingerprint({ ...file([schema, same]), origin: "1:1", serverVersionNum: 150000 }),
  );
  expect(fingerprint(file([schema, one]))).not.toBe(fingerprint(file([schema])));
});

test("100,000 objects are compared in two seconds of processor time", () => {
  const build = (type: string) => {
    const objects: CatalogObject[] = [schema];
    for (let nth = 0; nth < 5000; nth++) {
      const home = { ...make("table", schema, `t${nth}`), address: `pg_class:${nth}:0`, version: "1" };
      objects.push(home);
      for (let column = 1; column < 20; column++) {
        const attributes = { type: nth === 77 ? type : "int", position: column, notNull: true };
        objects.push({
          ...make("column", home, `c${column}`, attributes),
          address: `pg_class:${nth}:${column}`,
          version: type,
        });
      }
    }
    return { ...file(objects), origin: "1:1" };
  };
  const [before, after] = [build("int"), build("bigint")];
  const start = process.cpuUsage();
  expect(diffSnapshots(before, after).length).toBe(19);
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
}, 30_000);
