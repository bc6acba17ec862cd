import { after, before, MEASURED, ownName, type Rule, relation, type Subject, was } from "./rule.ts";

const rule = { kinds: ["rule"], source: "manual: 39 The Rule System", lock: "ACCESS EXCLUSIVE" } as const;
const statistics = { kinds: ["statistics"], source: "manual: CREATE STATISTICS" } as const;

function ofView(s: Subject): boolean {
  return s.difference.parent?.kind === "view";
}

function asleep(value: unknown): boolean {
  return value === "disabled" || value === "replica";
}

const RULES: readonly Rule[] = [
  {
    ...rule,
    name: "rule-added",
    source: "manual: CREATE RULE",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `Statements on ${relation(s)} are rewritten by ${ownName(s)} from now on: they do other things than they say.`,
    safer: () => "A trigger does the same once for each row, and is easier to foresee.",
  },
  {
    ...rule,
    name: "rule-dropped",
    source: "manual: DROP RULE",
    when: "removed",
    if: (s) => !ofView(s),
    compatibility: "risky",
    why: (s) =>
      `What ${ownName(s)} made of statements on ${relation(s)} is not done any more, without an error.`,
  },
  {
    ...rule,
    name: "rule-of-view-dropped",
    source: "manual: DROP RULE",
    when: "removed",
    if: ofView,
    compatibility: "breaking",
    why: (s) => `Writes to ${relation(s)} that ${ownName(s)} took fail, or go to the table below it.`,
  },
  {
    ...rule,
    name: "rule-renamed",
    source: "manual: ALTER RULE",
    when: "renamed",
    compatibility: "risky",
    why: (s) => `Rules of ${relation(s)} apply in the order of their names: ${ownName(s)} was ${was(s)}.`,
  },
  {
    ...rule,
    name: "rule-disabled",
    source: "manual: ALTER TABLE, DISABLE RULE",
    when: ["enabled"],
    if: (s) => asleep(after(s, "enabled")),
    compatibility: "risky",
    why: (s) =>
      `What ${ownName(s)} made of statements on ${relation(s)} is not done any more, without an error.`,
  },
  {
    ...rule,
    name: "rule-enabled",
    source: "manual: ALTER TABLE, ENABLE RULE",
    when: ["enabled"],
    if: (s) => !asleep(after(s, "enabled")),
    compatibility: "risky",
    why: (s) =>
      asleep(before(s, "enabled"))
        ? `Statements on ${relation(s)} are rewritten by ${ownName(s)} again.`
        : `Whether ${ownName(s)} rewrites what replication does changed; for other sessions nothing did.`,
  },
  {
    ...rule,
    name: "rule-redefined",
    source: MEASURED,
    when: ["definition", "event", "instead"],
    compatibility: "risky",
    why: (s) => `${ownName(s)} makes something else of statements on ${relation(s)} from now on.`,
  },
];

const STATISTICS: readonly Rule[] = [
  {
    ...statistics,
    name: "statistics-added",
    when: "added",
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => String(after(s, "table") ?? ""),
    why: (s) =>
      `After the next ANALYZE of ${after(s, "table") ?? "its table"} the planner knows more; plans may change.`,
  },
  {
    ...statistics,
    name: "statistics-dropped",
    source: MEASURED,
    when: "removed",
    compatibility: "risky",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => String(before(s, "table") ?? ""),
    why: (s) =>
      `The planner guesses again what ${was(s)} told it of ${before(s, "table") ?? "its table"}: queries may get slower.`,
  },
  {
    ...statistics,
    name: "statistics-renamed",
    source: "manual: ALTER STATISTICS",
    when: "renamed",
    compatibility: "safe",
    lock: null,
    why: (s) => `Only the name of ${was(s)} changed.`,
  },
  {
    ...statistics,
    name: "statistics-redefined",
    source: "manual: ALTER STATISTICS",
    when: ["target", "kinds", "on", "definition", "table"],
    compatibility: "risky",
    lock: null,
    why: () => "After the next ANALYZE the planner knows other things of its table; plans may change.",
  },
];

/** Rewrite rules, and statistics objects of several columns. */
export const rewriteRules: readonly Rule[] = [...RULES, ...STATISTICS];
