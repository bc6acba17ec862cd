import {
  after,
  arrival,
  before,
  identity,
  listAfter,
  listBefore,
  MEASURED,
  type Rule,
  remade,
  type Subject,
  was,
} from "./rule.ts";

const cast = { kinds: ["cast"], source: "manual: CREATE CAST", lock: null } as const;
const operator = { kinds: ["operator"], source: "manual: CREATE OPERATOR", lock: null } as const;
const indexing = {
  kinds: ["operator class", "operator family"],
  source: "manual: 36.16 Interfacing Extensions to Indexes",
  lock: null,
} as const;

/** How readily a cast is applied: in every expression, in assignments, or only where it is written. */
function readiness(context: unknown): number {
  return context === "IMPLICIT" ? 2 : context === "ASSIGNMENT" ? 1 : 0;
}

function lostMembers(s: Subject): string[] {
  return ["operators", "functions"].flatMap((list) =>
    listBefore(s, list).filter((member) => !listAfter(s, list).includes(member)),
  );
}

const CASTS: readonly Rule[] = [
  {
    ...cast,
    name: "cast-added",
    when: "added",
    if: (s) => after(s, "context") !== "IMPLICIT",
    compatibility: "safe",
    why: arrival,
  },
  {
    ...cast,
    name: "cast-added-implicit",
    when: "added",
    if: (s) => after(s, "context") === "IMPLICIT",
    compatibility: "risky",
    why: (s) =>
      `The cast ${identity(s)} is applied without being written: calls and comparisons may choose another function, or become ambiguous and fail.`,
    safer: () => "CREATE CAST … AS ASSIGNMENT, or an explicit cast where it is meant.",
  },
  {
    ...cast,
    name: "cast-dropped",
    source: "manual: DROP CAST",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Statements that need the cast ${was(s)} fail from now on.`,
  },
  {
    ...cast,
    name: "cast-tightened",
    when: ["context"],
    if: (s) => readiness(after(s, "context")) < readiness(before(s, "context")),
    compatibility: "breaking",
    why: (s) =>
      `The cast ${identity(s)} is not applied by itself any more as it was: statements that do not write it fail.`,
  },
  {
    ...cast,
    name: "cast-loosened",
    when: ["context"],
    if: (s) => readiness(after(s, "context")) > readiness(before(s, "context")),
    compatibility: "risky",
    why: (s) =>
      `The cast ${identity(s)} is applied by itself where it was not: calls and comparisons may choose another function.`,
  },
  {
    ...cast,
    name: "cast-function",
    when: ["function", "method"],
    compatibility: "risky",
    why: (s) =>
      `The cast ${identity(s)} gives other values; what was stored or indexed by it stays as it was.`,
  },
];

const OPERATORS: readonly Rule[] = [
  { ...operator, name: "operator-added", when: "added", compatibility: "safe", why: arrival },
  {
    ...operator,
    name: "operator-dropped",
    source: "manual: DROP OPERATOR",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Statements that use ${was(s)} fail from now on.`,
  },
  {
    ...operator,
    name: "operator-renamed",
    source: "manual: ALTER OPERATOR, SET SCHEMA",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Statements find ${identity(s)} only where its new schema is in search_path; views and indexes follow the move.`,
  },
  {
    ...operator,
    name: "operator-function",
    source: MEASURED,
    when: ["function", "returns"],
    compatibility: "breaking",
    why: (s) => `${identity(s)} computes otherwise: it was dropped and made anew with all that used it.`,
  },
  {
    ...operator,
    name: "operator-promises",
    source: "manual: 36.15 Operator Optimization Information",
    when: ["commutator", "negator", "hashes", "merges"],
    compatibility: "risky",
    why: (s) =>
      `The planner trusts what ${identity(s)} says of itself: plans change, and where it is not true results are wrong.`,
  },
  {
    ...operator,
    name: "operator-estimates",
    source: "manual: 36.15 Operator Optimization Information",
    when: ["restrict", "join"],
    compatibility: "safe",
    why: (s) => `Only the planner's estimates of ${identity(s)} change.`,
  },
];

const CLASSES: readonly Rule[] = [
  { ...indexing, name: "operator-class-added", when: "added", compatibility: "safe", why: arrival },
  {
    ...indexing,
    name: "operator-class-dropped",
    source: "manual: DROP OPERATOR CLASS",
    when: "removed",
    if: (s) => !remade(s),
    compatibility: "breaking",
    why: (s) =>
      `No index can be made with ${was(s)} any more; where it was a type's default, ORDER BY, DISTINCT and GROUP BY of that type fail.`,
  },
  {
    ...indexing,
    name: "operator-class-renamed",
    source: "manual: ALTER OPERATOR CLASS",
    when: "renamed",
    compatibility: "risky",
    why: (s) => `Indexes follow the rename; statements that make one with ${was(s)} fail.`,
  },
  {
    ...indexing,
    name: "operator-class-members-lost",
    when: ["operators", "functions"],
    if: (s) => lostMembers(s).length > 0,
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} lost ${lostMembers(s).join("; ")}: statements with them do not use its indexes any more.`,
  },
  {
    ...indexing,
    name: "operator-class-members-added",
    when: ["operators", "functions"],
    if: (s) => lostMembers(s).length === 0,
    compatibility: "safe",
    why: (s) => `More statements can use the indexes of ${identity(s)}.`,
  },
  {
    ...indexing,
    name: "operator-class-redefined",
    source: MEASURED,
    when: ["type", "default", "family", "storage"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} was dropped and made anew for other types or as another default: indexes on it went with it.`,
  },
];

/** Casts, operators, operator classes and families. */
export const operatorRules: readonly Rule[] = [...CASTS, ...OPERATORS, ...CLASSES];
