import { after, arrival, before, identity, type Rule, type Subject, was } from "./rule.ts";

const sequence = {
  kinds: ["sequence"],
  source: "manual: ALTER SEQUENCE",
  lock: "SHARE ROW EXCLUSIVE",
} as const;
const SIZES = ["smallint", "integer", "bigint"];

function size(value: unknown): number {
  return SIZES.indexOf(String(value ?? "bigint"));
}

/** The limit as a number; where none is told, the type's own, which only moves with the type. */
function narrowed(s: Subject): boolean {
  const lower = (attribute: string) => Number(after(s, attribute)) < Number(before(s, attribute));
  return (
    (after(s, "max") !== null && (before(s, "max") === null || lower("max"))) ||
    (after(s, "min") !== null &&
      before(s, "min") !== null &&
      Number(after(s, "min")) > Number(before(s, "min")))
  );
}

/** Sequences. They are one row; nothing of size is rewritten or read. */
export const sequenceRules: readonly Rule[] = [
  {
    ...sequence,
    name: "sequence-added",
    source: "manual: CREATE SEQUENCE",
    when: "added",
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    ...sequence,
    name: "sequence-dropped",
    source: "manual: DROP SEQUENCE",
    when: "removed",
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) => `nextval of ${was(s)} fails from now on, and the last number is lost.`,
  },
  {
    ...sequence,
    name: "sequence-renamed",
    when: "renamed",
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Programs that call nextval('${was(s)}') fail from now on; column defaults follow the rename.`,
  },
  {
    ...sequence,
    name: "sequence-type-narrowed",
    when: ["type"],
    if: (s) => size(after(s, "type")) < size(before(s, "type")),
    compatibility: "breaking",
    why: (s) => `${identity(s)} ends sooner, at the largest ${after(s, "type")}: nextval fails then.`,
  },
  {
    ...sequence,
    name: "sequence-type-widened",
    when: ["type"],
    if: (s) => size(after(s, "type")) > size(before(s, "type")),
    compatibility: "safe",
    why: (s) => `${identity(s)} can count further; the columns that it fills must be as wide.`,
  },
  {
    ...sequence,
    name: "sequence-limit-narrowed",
    when: ["min", "max"],
    if: narrowed,
    compatibility: "risky",
    why: (s) => `${identity(s)} ends sooner: nextval fails there, or begins again.`,
  },
  {
    ...sequence,
    name: "sequence-limit-widened",
    when: ["min", "max"],
    if: (s) => !narrowed(s),
    compatibility: "safe",
    why: (s) => `${identity(s)} can count further.`,
  },
  {
    ...sequence,
    name: "sequence-steps",
    when: ["increment", "cycle"],
    compatibility: "risky",
    why: (s) =>
      after(s, "cycle") === true
        ? `${identity(s)} begins again at its end: numbers come twice.`
        : `${identity(s)} counts in other steps: programs that reckon with its numbers may collide.`,
  },
  {
    ...sequence,
    name: "sequence-start-cache",
    when: ["start", "cache"],
    compatibility: "safe",
    why: (s) =>
      `Only a RESTART of ${identity(s)}, or how many numbers a session takes at once, is different.`,
  },
  {
    ...sequence,
    name: "sequence-owned-by",
    when: ["ownedBy"],
    compatibility: "safe",
    why: (s) => `${identity(s)} goes away with ${after(s, "ownedBy") ?? "no column"} from now on.`,
  },
  {
    ...sequence,
    name: "sequence-persistence",
    when: ["persistence"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Whether ${identity(s)} outlives a crash and is on standbys changed: an unlogged sequence begins again and gives numbers twice.`,
  },
];
