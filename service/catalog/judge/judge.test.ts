import { describe, expect, test } from "bun:test";
import type { AttributeChange, Difference } from "../change.ts";
import { KINDS, type Kind, NAMELESS } from "../model.ts";
import { judge } from "./judge.ts";

const CONTEXT = { serverVersionNum: 180000 };

function altered(kind: Kind, attributes: Readonly<Record<string, AttributeChange>>): Difference {
  return { kind, identity: "public.thing", action: "altered", attributes };
}

function only(difference: Difference) {
  const [change] = judge([difference], CONTEXT);
  if (change === undefined) throw new Error("nothing was judged");
  return change;
}

describe("judge", () => {
  test("keeps the order and the content of the differences", () => {
    const differences = [altered("table", { comment: { before: null, after: "a" } }), altered("schema", {})];
    const changes = judge(differences, CONTEXT);
    expect(changes.map((change) => change.kind)).toEqual(["table", "schema"]);
    expect(changes[0]).toMatchObject(differences[0] as Difference);
  });

  test("of several rules the worst decides, speaks first and gives the safer way; the lock is the strongest", () => {
    const change = only(
      altered("table", {
        comment: { before: null, after: "a" },
        options: { before: null, after: ["fillfactor=70"] },
        persistence: { before: null, after: "unlogged" },
        replicaIdentity: { before: null, after: "NOTHING" },
      }),
    );
    expect(change.rules).toEqual([
      "replica-identity-nothing",
      "table-unlogged",
      "table-options",
      "relation-comment",
    ]);
    expect(change).toMatchObject({
      compatibility: "breaking",
      lock: "ACCESS EXCLUSIVE",
      lockOn: "public.thing",
      rewrite: true,
      scan: true,
    });
    expect(change.why).toStartWith("UPDATE and DELETE of public.thing fail");
    expect(change.safer).toContain("REPLICA IDENTITY USING INDEX");
  });

  test("a unique index that goes is no loss where a key of its columns comes, and one of other columns is", () => {
    const parent = { kind: "table", identity: "public.t" } as const;
    const index = (columns: string[]): Difference => ({
      kind: "index",
      identity: "public.i",
      action: "removed",
      parent,
      attributes: { unique: { before: true, after: null }, columns: { before: columns, after: null } },
    });
    const key: Difference = {
      kind: "constraint",
      identity: "public.t.k",
      action: "added",
      parent,
      attributes: {
        type: { before: null, after: "UNIQUE" },
        columns: { before: null, after: ["a"] },
      },
    };
    const rules = (differences: Difference[]) => judge(differences, CONTEXT).map((change) => change.rules[0]);
    expect(rules([index(["a"]), key])).toEqual(["index-became-key", "unique-added-using-index"]);
    expect(rules([index(["b"]), key])).toEqual(["unique-index-dropped", "unique-added"]);
  });

  test("what no rule knows is risky and says so", () => {
    const change = only(altered("table", { colour: { before: "red", after: "blue" } }));
    expect(change).toMatchObject({ compatibility: "risky", lock: null, lockOn: null, rules: ["unknown"] });
    expect(change.why).toContain("colour of table public.thing");
  });

  test("every kind is known in each action", () => {
    for (const kind of KINDS) {
      // The database is always there, under one name in its snapshot.
      if (kind === "database") continue;
      // These cannot be renamed; for constraints the type decides.
      const fixed = ["extension", "cast", "access method", "parameter", "large object"].includes(kind);
      const parent = { kind: "table", identity: "public.t" } as const;
      for (const action of ["added", "removed", "renamed"] as const) {
        if ((fixed || NAMELESS.has(kind)) && action === "renamed") continue;
        const type = { before: "CHECK", after: "CHECK" };
        const change = only({
          kind,
          identity: "public.t.x",
          from: "public.t.y",
          action,
          parent,
          attributes: { type },
        });
        expect([kind, action, change.rules[0]]).not.toEqual([kind, action, "unknown"]);
      }
    }
  });

  test("a text about a change never holds a value that is not there", () => {
    const change = only({
      kind: "constraint",
      identity: "public.t.k",
      action: "removed",
      attributes: { type: { before: "FOREIGN KEY", after: null } },
    });
    expect(change.why).not.toMatch(/null|undefined/);
  });
});

describe("reads the neighbours in the same change", () => {
  const table = { kind: "table", identity: "public.t" } as const;

  test("a function with other arguments takes the place of the old one", () => {
    const [gone, come] = judge(
      [
        { kind: "function", identity: "public.f(integer)", action: "removed", attributes: {} },
        { kind: "function", identity: "public.f(bigint)", action: "added", attributes: {} },
      ],
      CONTEXT,
    );
    expect(gone).toMatchObject({ compatibility: "breaking", rules: ["function-signature-changed"] });
    expect(gone?.why).toContain("public.f(bigint)");
    expect(come?.rules).toEqual(["function-signature-new"]);
  });

  test("NOT NULL that a CHECK of the same change proves reads nothing, on the same table only", () => {
    const required: Difference = {
      kind: "column",
      identity: "public.t.a",
      parent: table,
      action: "altered",
      attributes: { notNull: { before: null, after: true } },
    };
    const check = (on: string): Difference => ({
      kind: "constraint",
      identity: `${on}.k`,
      parent: { kind: "table", identity: on },
      action: "removed",
      attributes: {
        type: { before: "CHECK", after: null },
        definition: { before: "CHECK ((a IS NOT NULL))", after: null },
      },
    });
    expect(judge([required, check("public.t")], CONTEXT)[0]).toMatchObject({ scan: false });
    expect(judge([required, check("public.u")], CONTEXT)[0]).toMatchObject({ scan: true });
  });

  test("a foreign key wants an index that begins with its columns", () => {
    const key: Difference = {
      kind: "constraint",
      identity: "public.t.k",
      parent: table,
      action: "added",
      attributes: {
        type: { before: null, after: "FOREIGN KEY" },
        columns: { before: null, after: ["a", "b"] },
        references: { before: null, after: "public.u" },
      },
    };
    const index = (columns: readonly string[]) =>
      ({ kind: "index", name: "i", identity: "public.i", parent: table, attributes: { columns } }) as const;
    const rules = (...columns: string[]) =>
      judge([key], { ...CONTEXT, objects: [index(columns)] })[0]?.rules.includes("foreign-key-without-index");
    expect(rules("a")).toBe(true);
    expect(rules("c", "a", "b")).toBe(true);
    expect(rules("b", "a", "c")).toBe(false);
    expect(judge([key], CONTEXT)[0]?.rules).not.toContain("foreign-key-without-index");
  });

  test("a new table is told which of its columns are better chosen otherwise", () => {
    const contains = [
      { kind: "column", identity: "public.t.id", attributes: { type: "integer", identity: "ALWAYS" } },
      { kind: "column", identity: "public.t.at", attributes: { type: "timestamp without time zone" } },
      { kind: "column", identity: "public.t.name", attributes: { type: "text" } },
    ] as const;
    const [change] = judge([{ ...table, action: "added", attributes: {}, contains }], CONTEXT);
    expect(change?.compatibility).toBe("safe");
    expect(change?.rules).toEqual(["table-added", "column-counts-short", "column-without-time-zone"]);
    expect(change?.why).toContain("public.t.id");
  });
});

test("ten thousand differences are judged in a moment", () => {
  const differences = Array.from({ length: 10_000 }, (_, n): Difference => {
    const action = n % 2 === 0 ? "added" : "removed";
    return { kind: "function", identity: `public.f${n}(integer)`, action, attributes: {} };
  });
  const start = performance.now();
  expect(judge(differences, CONTEXT)).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(2_000);
});
