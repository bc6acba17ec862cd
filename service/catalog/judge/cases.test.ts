import { describe, expect, test } from "bun:test";
import type { Action, AttributeChange, Compatibility, Difference } from "../change.ts";
import { type Kind, PARTS } from "../model.ts";
import { EXAMPLES } from "./examples.ts";
import { judge, RULES } from "./judge.ts";

type Attributes = Readonly<
  Record<string, readonly [before: AttributeChange["before"], after: AttributeChange["after"]]>
>;

interface Case {
  readonly rule: string;
  readonly compatibility: Compatibility;
  readonly difference: Difference;
}

const table = { kind: "table", identity: "public.t" } as const;

function one(
  rule: string,
  compatibility: Compatibility,
  kind: Kind,
  action: Action,
  attributes: Attributes = {},
): Case {
  const part = PARTS.has(kind);
  return {
    rule,
    compatibility,
    difference: {
      kind,
      identity: part ? "public.t.x" : "public.x",
      action,
      ...(action === "renamed" ? { from: part ? "public.t.y" : "public.y" } : {}),
      ...(part ? { parent: table } : {}),
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, [before, after]]) => [name, { before, after }]),
      ),
    },
  };
}

/** Rules that claim no lock, and so have no example that is run; what they match is shown here. */
const CASES: readonly Case[] = [
  one("base-type-redefined", "breaking", "base type", "altered", { length: [8, null] }),
  one("database-renamed", "breaking", "database", "altered", { name: ["a", "b"] }),
  one("database-locale", "breaking", "database", "altered", { lcCollate: ["C", "de_DE.UTF-8"] }),
  one("database-closed", "breaking", "database", "altered", { allowConnections: [null, false] }),
  one("database-opened", "safe", "database", "altered", { allowConnections: [false, null] }),
  one("database-connections-more", "safe", "database", "altered", { connectionLimit: [5, null] }),
  one("database-tablespace", "risky", "database", "altered", { tablespace: [null, "fast"] }),
  one("tablespace-added", "safe", "tablespace", "added"),
  one("tablespace-dropped", "breaking", "tablespace", "removed"),
  one("tablespace-moved", "risky", "tablespace", "altered", { location: ["/a", "/b"] }),
  one("column-moved", "risky", "column", "altered", { position: [1, 3] }),
  one("column-json", "risky", "column", "added", { type: [null, "json"] }),
  one("column-counts-short", "risky", "column", "added", {
    type: [null, "integer"],
    default: [null, "nextval('s'::regclass)"],
  }),
  one("column-serial", "risky", "column", "added", {
    type: [null, "bigint"],
    default: [null, "nextval('s'::regclass)"],
  }),
  one("column-without-time-zone", "safe", "column", "added", { type: [null, "timestamp without time zone"] }),
  one("column-blank-padded", "safe", "column", "added", { type: [null, "character(3)"] }),
  one("column-length-limited", "safe", "column", "added", { type: [null, "character varying(3)"] }),
  one("foreign-key-without-index", "breaking", "constraint", "added", {
    type: [null, "FOREIGN KEY"],
    columns: [null, ["a"]],
    references: [null, "public.u"],
  }),
  one("column-inherited", "safe", "column", "altered", { inherited: [null, true] }),
  one("column-generation-changed", "breaking", "column", "altered", { generated: [null, "STORED"] }),
  one("check-dropped-idle", "safe", "constraint", "removed", {
    type: ["CHECK", null],
    enforced: [false, null],
  }),
  one("index-added-invalid", "risky", "index", "added", { valid: [null, false] }),
  one("index-became-valid", "safe", "index", "altered", { valid: [false, null] }),
  one("index-became-invalid", "risky", "index", "altered", { valid: [null, false] }),
  one("table-added", "safe", "table", "added"),
  one("partitioning-changed", "breaking", "table", "altered", { partitionBy: ["RANGE (a)", "LIST (a)"] }),
  one("view-added", "safe", "view", "added"),
  one("type-added", "safe", "enum", "added"),
  one("type-dropped", "breaking", "domain", "removed"),
  one("type-renamed", "breaking", "enum", "renamed"),
  one("composite-reordered", "breaking", "composite type", "altered", {
    fields: [
      ["a integer", "b text"],
      ["b text", "a integer"],
    ],
  }),
  one("domain-constraint-dropped", "risky", "domain", "altered", {
    constraints: [["k: CHECK (true)"], null],
  }),
  one("domain-optional", "risky", "domain", "altered", { notNull: [true, null] }),
  one("domain-retyped", "breaking", "domain", "altered", { type: ["text", "integer"] }),
  one("range-redefined", "breaking", "range type", "altered", { subtype: ["integer", "bigint"] }),
  one("function-added", "safe", "function", "added"),
  one("function-signature-new", "safe", "function", "added"),
  one("function-dropped", "breaking", "procedure", "removed"),
  one("function-renamed", "breaking", "function", "renamed"),
  one("function-returns", "breaking", "function", "altered", { returns: ["integer", "text"] }),
  one("function-volatility-loosened", "risky", "function", "altered", { volatility: ["IMMUTABLE", null] }),
  one("function-strict", "risky", "function", "altered", { strict: [null, true] }),
  one("function-security-invoker", "breaking", "function", "altered", { security: ["DEFINER", null] }),
  one("function-settings", "risky", "function", "altered", { settings: [null, ["search_path=public"]] }),
  one("function-trusted", "risky", "function", "altered", { leakproof: [null, true] }),
  one("function-planner-estimates", "safe", "function", "altered", { cost: [null, 5] }),
  one("aggregate-redefined", "breaking", "aggregate", "altered", { returns: ["integer", "text"] }),
  one("aggregate-computes-otherwise", "risky", "aggregate", "altered", { initial: ["0", "1"] }),
  one("sequence-added", "safe", "sequence", "added"),
  one("rights-revoked", "breaking", "table", "altered", { grants: [["app: SELECT"], null] }),
  one("rights-revoked", "breaking", "function", "altered", { grants: [null, ["PUBLIC: no EXECUTE"]] }),
  one("rights-granted-widely", "risky", "column", "altered", { grants: [null, ["PUBLIC: SELECT"]] }),
  one("rights-granted-widely", "risky", "view", "altered", {
    grants: [null, ["app: SELECT (with grant option: SELECT)"]],
  }),
  one("extension-added", "safe", "extension", "added", { version: [null, "1.3"] }),
  one("extension-dropped", "breaking", "extension", "removed"),
  one("extension-version", "risky", "extension", "altered", { version: ["1.3", "1.4"] }),
  one("extension-moved", "breaking", "extension", "altered", { schema: ["public", "ext"] }),
  one("schema-dropped", "breaking", "schema", "removed"),
  one("subscription-disabled", "breaking", "subscription", "altered", { disabled: [null, true] }),
  one("language-untrusted", "breaking", "language", "altered", { trusted: [true, null] }),
  one("security-label", "risky", "table", "altered", { securityLabels: [null, ["a: b"]] }),
  one("rights-revoked", "breaking", "extension", "altered", {
    memberGrants: [null, ["function public.f(text): PUBLIC: no EXECUTE"]],
  }),
  one("rights-granted-widely", "risky", "extension", "altered", {
    memberGrants: [null, ["function public.f(text): PUBLIC: EXECUTE"]],
  }),
  one("object-owner", "risky", "function", "altered", { owner: ["a", "b"] }),
  one("column-part-comment", "safe", "column", "altered", { identityComment: [null, "a"] }),
  one("rights-granted", "safe", "column", "altered", { identityGrants: [null, ["app: SELECT"]] }),
  one("rights-granted-by-another", "safe", "view", "altered", {
    grants: [["app: SELECT"], ["app: SELECT (granted by staff)"]],
  }),
  one("object-comment", "safe", "function", "altered", { comment: [null, "a"] }),
  one("object-comment", "safe", "composite type", "altered", { fieldComments: [null, ["a: b"]] }),
  one("object-comment", "safe", "domain", "altered", { constraintComments: [null, ["a: b"]] }),
  one("object-comment", "safe", "constraint", "altered", { indexComment: [null, "a"] }),
];

describe("rules without a lock", () => {
  for (const { rule, compatibility, difference } of CASES) {
    test(`${rule}: ${difference.kind} ${difference.action} ${Object.keys(difference.attributes)}`, () => {
      const siblings: Difference[] =
        rule === "function-signature-new"
          ? [{ ...difference, identity: "public.x(text)", action: "removed" }]
          : [];
      const [change] = judge([difference, ...siblings], { serverVersionNum: 180000, objects: [] });
      expect(change?.rules).toContain(rule);
      expect(change?.compatibility).toBe(compatibility);
      expect(change?.why).toMatch(/^[A-Zp].*\.$/s);
      expect(change?.why).not.toMatch(/\bnull\b|undefined/);
    });
  }

  test("every rule is tried, here or by its example", () => {
    const tried = new Set([...CASES, ...EXAMPLES].map((each) => each.rule));
    expect(RULES.filter((rule) => !tried.has(rule.name)).map((rule) => rule.name)).toEqual([]);
  });

  test("every rule has a name of its own and says where it is from", () => {
    expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
    for (const rule of RULES) expect(rule.source).toMatch(/^(manual: |measured$)/);
  });
});
