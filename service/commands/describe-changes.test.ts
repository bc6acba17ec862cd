import { describe, expect, test } from "bun:test";
import { type ObjectChange, worstFirst } from "../catalog/change.ts";
import { changesAsJson, changesAsText, countChanges } from "./describe-changes.ts";
import { lineDifference } from "./line-difference.ts";

const base: ObjectChange = {
  kind: "column",
  identity: "public.orders.total",
  action: "altered",
  attributes: { type: { before: "integer", after: "bigint" } },
  compatibility: "risky",
  lock: "ACCESS EXCLUSIVE",
  lockOn: "public.orders",
  rewrite: true,
  scan: true,
  why: "The table is rewritten.",
  safer: "Add a column,\nfill it, swap it.",
  rules: ["column-type-widened"],
};

test("a change is told with before, after, judgement, lock and the safer way", () => {
  expect(changesAsText([base], false)).toBe(`RISKY    column public.orders.total altered
  type
    - integer
    + bigint
  Why    The table is rewritten.
  Lock   ACCESS EXCLUSIVE on public.orders, rewrites the data, reads all rows
  Safer  Add a column,
         fill it, swap it.
`);
});

test("a rename tells the name before, and what is not there is left out", () => {
  const change: ObjectChange = {
    ...base,
    action: "renamed",
    from: "public.orders.sum",
    attributes: {},
    lock: null,
    safer: null,
  };
  expect(
    changesAsText([change], false),
  ).toBe(`RISKY    column public.orders.total renamed (was public.orders.sum)
  Why    The table is rewritten.
`);
});

test("what goes along is named, many only counted", () => {
  const contains = Array.from({ length: 10 }, (_, index) => ({
    kind: "column" as const,
    identity: `t.c${index}`,
    attributes: {},
  }));
  expect(changesAsText([{ ...base, contains }], false)).toMatch(
    / {2}with column t\.c0, .*column t\.c7, 2 more\n/,
  );
});

test("lists and texts of many lines show what differs", () => {
  const attributes = {
    values: { before: ["a", "b", "c"], after: ["a", "x", "b", "c"] },
    comment: { before: null, after: "one\ntwo" },
  };
  const text = changesAsText([{ ...base, attributes }], false);
  expect(text).toContain("  values\n      a\n    + x\n      b\n");
  expect(text).toContain("  comment\n    + one\n    + two\n");
});

test("attributes are sorted, and a column that came has no place to tell", () => {
  const attributes = {
    type: { before: null, after: "text" },
    position: { before: null, after: 3 },
    default: { before: null, after: "''" },
  };
  expect(changesAsText([{ ...base, action: "added", attributes }], false)).toContain(
    "added\n  default\n    + ''\n  type\n    + text\n  Why",
  );
  expect(changesAsText([{ ...base, attributes }], false)).toContain("  position\n    + 3\n");
  const { changes } = JSON.parse(changesAsJson([{ ...base, attributes }])) as {
    changes: { attributes: object }[];
  };
  expect(Object.keys(changes[0]?.attributes ?? {})).toEqual(["default", "position", "type"]);
});

test("names cannot steer the terminal", () => {
  const text = changesAsText([{ ...base, identity: "public.\x1b[2Jx", why: "a\rb" }], true);
  expect(text).toContain("public.\\x1b[2Jx");
  expect(text).toContain("a\\x0db");
});

test("colours are there only when wanted", () => {
  expect(changesAsText([base], false)).not.toContain("\x1b");
  expect(changesAsText([base], true)).toContain("\x1b[33mRISKY   \x1b[0m");
});

test("the worst comes first, and all are counted", () => {
  const changes = (["safe", "breaking", "risky", "safe"] as const).map((compatibility) => ({
    ...base,
    compatibility,
  }));
  expect(worstFirst(changes).map(({ compatibility }) => compatibility)).toEqual([
    "breaking",
    "risky",
    "safe",
    "safe",
  ]);
  expect(countChanges(changes)).toBe("4 changes: 1 breaking, 1 risky, 2 safe");
  expect(countChanges([base])).toBe("1 change: 1 risky");
});

test("JSON has every field of the contract and nothing of one server", () => {
  const change = {
    ...base,
    address: "pg_class:16402:3",
    parent: { kind: "table", identity: "public.orders" } as const,
  };
  const document = JSON.parse(changesAsJson([change])) as { changes: Record<string, unknown>[] };
  expect(document).toEqual({
    changes: [
      {
        kind: "column",
        identity: "public.orders.total",
        action: "altered",
        from: null,
        attributes: { type: { before: "integer", after: "bigint" } },
        contains: [],
        compatibility: "risky",
        lock: "ACCESS EXCLUSIVE",
        lockOn: "public.orders",
        rewrite: true,
        scan: true,
        why: "The table is rewritten.",
        safer: "Add a column,\nfill it, swap it.",
        rules: ["column-type-widened"],
      },
    ],
  });
});

describe("lines that differ", () => {
  const shown = (before: string, after: string) =>
    lineDifference([...before], [...after]).map(({ sign, text }) => `${sign}${text}`.trim());
  test.each([
    ["", "a", ["+a"]],
    ["a", "", ["-a"]],
    ["abc", "abxc", ["b", "+x", "c"]],
    ["abcd", "axd", ["a", "-b", "-c", "+x", "d"]],
    ["aa", "aaa", ["a", "+a"]],
    ["abc", "abc", ["c"]],
  ])("%p to %p", (before, after, expected) => {
    expect(shown(before, after)).toEqual(expected);
  });
});
