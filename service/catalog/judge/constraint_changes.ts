import {
  ALTER_TABLE,
  after,
  differs,
  LOCKING,
  lastPart,
  MEASURED,
  onlyDiffers,
  ownName,
  type Rule,
  relation,
  type Subject,
  was,
} from "./rule.ts";

const constraint = { kinds: ["constraint"], source: ALTER_TABLE } as const;

/** The index behind a key has the key's name, in the table's schema. */
function index(s: Subject): string {
  return relation(s).slice(0, -lastPart(relation(s)).length) + ownName(s);
}

/** Constraints that stayed and changed. */
export const constraintChangeRules: readonly Rule[] = [
  {
    ...constraint,
    name: "constraint-renamed",
    when: "renamed",
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `INSERT … ON CONFLICT ON CONSTRAINT and programs that look for ${was(s)} in error messages do not find it any more.`,
  },
  {
    ...constraint,
    name: "constraint-validated",
    source: LOCKING,
    when: ["valid"],
    if: (s) => after(s, "valid") !== false && !differs(s, "enforced"),
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    scan: true,
    why: (s) =>
      `All rows of ${relation(s)} were read and fulfil ${ownName(s)}; reads and writes went on meanwhile.`,
  },
  {
    ...constraint,
    name: "constraint-invalidated",
    source: MEASURED,
    when: ["valid"],
    if: (s) => after(s, "valid") === false && !differs(s, "enforced"),
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${ownName(s)} was made again as NOT VALID: old rows of ${relation(s)} may break it, and the planner does not rely on it.`,
  },
  {
    ...constraint,
    name: "constraint-enforced",
    when: ["enforced"],
    if: (s) => after(s, "enforced") !== false,
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `${relation(s)} refuses rows that break ${ownName(s)} from now on, and all of it was compared.`,
  },
  {
    ...constraint,
    name: "constraint-not-enforced",
    when: ["enforced"],
    if: (s) => after(s, "enforced") === false,
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) => `${ownName(s)} is written down only: ${relation(s)} takes rows that break it.`,
  },
  {
    ...constraint,
    name: "constraint-deferral",
    when: ["deferrable", "initiallyDeferred"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${ownName(s)} is checked ${after(s, "initiallyDeferred") === true ? "at COMMIT, where an error comes later than programs expect" : "at another time"}; a deferrable key cannot serve ON CONFLICT or foreign keys.`,
  },
  {
    ...constraint,
    name: "constraint-redefined",
    when: ["definition", "type", "references", "columns"],
    if: (s) => differs(s, "type", "references", "columns") || onlyDiffers(s, "definition"),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `${ownName(s)} was dropped and made again with another rule: writes to ${relation(s)} that were right may fail, and all of it was read.`,
    safer: (s) =>
      `Add the new rule beside the old one as NOT VALID, VALIDATE it, then drop the old: ALTER TABLE ${relation(s)} DROP CONSTRAINT …;`,
  },
  {
    ...constraint,
    name: "constraint-index-storage",
    source: LOCKING,
    when: ["options", "clustered"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: index,
    why: (s) =>
      `How the index of ${ownName(s)} is filled or used by CLUSTER changes; its readers see the same.`,
  },
  {
    ...constraint,
    name: "constraint-index-tablespace",
    source: "manual: ALTER INDEX",
    when: ["tablespace"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    lockOn: index,
    rewrite: true,
    scan: true,
    why: (s) =>
      `The index of ${ownName(s)} is copied to another tablespace; queries that plan with it wait meanwhile.`,
    safer: (s) => `REINDEX (TABLESPACE …, CONCURRENTLY) INDEX ${index(s)};`,
  },
  {
    ...constraint,
    name: "constraint-inheritance",
    when: ["noInherit", "inherited"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) => `Whether ${ownName(s)} holds for child tables of ${relation(s)} changed.`,
  },
];
