import { quoteIdentifier } from "../identifier.ts";
import { addedDefaultIsVolatile, provesNotNull } from "./column_facts.ts";
import {
  ALTER_TABLE,
  after,
  before,
  identity,
  inStored,
  inTable,
  LOCKING,
  MEASURED,
  ownName,
  type Rule,
  relation,
  type Subject,
  was,
} from "./rule.ts";

const column = { kinds: ["column"], lock: "ACCESS EXCLUSIVE" } as const;

function requiredWithoutValue(s: Subject): boolean {
  return (
    after(s, "notNull") === true &&
    !["default", "identity", "generated"].some((way) => after(s, way) !== null)
  );
}

/** PostgreSQL 18's NOT NULL … NOT VALID under a name that somebody gave it comes as a constraint beside the column. */
function namedNotValid(s: Subject): boolean {
  return s.siblings.within(relation(s)).some(({ kind, action, attributes }) => {
    const now = (name: string) => attributes[name]?.after ?? null;
    const ofColumn =
      [now("columns")]
        .flat()
        .map((name) => quoteIdentifier(String(name)))
        .join() === ownName(s);
    return (
      kind === "constraint" &&
      action === "added" &&
      now("type") === "NOT NULL" &&
      now("valid") === false &&
      ofColumn
    );
  });
}

function spared(s: Subject): boolean {
  return provesNotNull(s) || after(s, "notNullValid") === false || namedNotValid(s);
}

function computed(s: Subject): boolean {
  return after(s, "generated") === "STORED" || after(s, "identity") !== null;
}

/** PostgreSQL 18 knows NOT NULL … NOT VALID; before, a valid CHECK spares the scan (12 and newer). */
function requireWithoutScan(s: Subject): string {
  const name = `${ownName(s)}_required`;
  const rule = s.serverVersionNum >= 180000 ? `NOT NULL ${ownName(s)}` : `CHECK (${ownName(s)} IS NOT NULL)`;
  const last = s.serverVersionNum >= 180000 ? "" : " Then SET NOT NULL reads nothing.";
  return `ALTER TABLE ${relation(s)} ADD CONSTRAINT ${name} ${rule} NOT VALID; then, in another transaction: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT ${name};${last}`;
}

/** Columns of tables: added, dropped, renamed, required. Columns of views are in views.ts. */
export const columnRules: readonly Rule[] = [
  {
    ...column,
    name: "column-added",
    source: ALTER_TABLE,
    when: "added",
    if: (s) => inTable(s) && !requiredWithoutValue(s) && !computed(s) && !addedDefaultIsVolatile(s),
    compatibility: "safe",
    why: (s) =>
      `Adding ${identity(s)} changes only the catalog; ${relation(s)} is locked for an instant. SELECT * and INSERT without a column list see the new column.`,
    safer: (s) =>
      `Set a lock_timeout, so that waiting for the lock does not stop everybody else: SET lock_timeout = '2s'; ALTER TABLE ${relation(s)} ADD COLUMN …`,
  },
  {
    ...column,
    name: "column-added-required",
    source: ALTER_TABLE,
    when: "added",
    if: (s) => inTable(s) && requiredWithoutValue(s),
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} is NOT NULL and has no default: every INSERT into ${relation(s)} that does not name it fails, and adding it fails when the table has rows.`,
    safer: (s) =>
      `Add it with a default, or nullable, fill it in batches, then: ALTER TABLE ${relation(s)} ADD CONSTRAINT ${ownName(s)}_required CHECK (${ownName(s)} IS NOT NULL) NOT VALID; VALIDATE it; then SET NOT NULL.`,
  },
  {
    ...column,
    name: "column-added-volatile-default",
    source: `${ALTER_TABLE}, Notes`,
    when: "added",
    if: (s) => inTable(s) && !computed(s) && addedDefaultIsVolatile(s),
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) =>
      `The default of ${identity(s)} gives each row another value, so all of ${relation(s)} is rewritten while nobody can read or write it.`,
    safer: (s) =>
      `ALTER TABLE ${relation(s)} ADD COLUMN ${ownName(s)} …; then ALTER COLUMN ${ownName(s)} SET DEFAULT …; then fill the old rows in batches.`,
  },
  {
    ...column,
    name: "column-added-computed",
    source: `${ALTER_TABLE}, Notes`,
    when: "added",
    if: (s) => inTable(s) && computed(s),
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) =>
      `${identity(s)} is ${after(s, "identity") === null ? "a stored generated column" : "an identity column"}: its value is computed for every row, so ${relation(s)} is rewritten while nobody can read or write it.`,
    safer: (s) =>
      `Add a plain column to ${relation(s)}, keep it up to date by a trigger, and fill the old rows in batches.`,
  },
  {
    ...column,
    name: "column-dropped",
    source: ALTER_TABLE,
    when: "removed",
    if: inTable,
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${identity(s)} fails from now on, and its data cannot be had back. The table is locked for an instant, not rewritten.`,
    safer: (s) => `First let no program name ${ownName(s)}; drop it one release later.`,
  },
  {
    ...column,
    name: "column-renamed",
    source: ALTER_TABLE,
    when: "renamed",
    if: inTable,
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${was(s)} fails from now on; views, constraints and indexes follow the rename, function bodies do not.`,
    safer: (s) =>
      `Add the column under its new name, write both, move the readers, then drop ${was(s)}; or rename the table and put a view with both names in its place.`,
  },
  {
    ...column,
    name: "column-required",
    source: `${ALTER_TABLE}, SET NOT NULL`,
    when: ["notNull"],
    if: (s) => inTable(s) && after(s, "notNull") === true && !spared(s),
    compatibility: "breaking",
    scan: true,
    why: (s) =>
      `INSERT and UPDATE that leave ${identity(s)} NULL fail from now on, and all of ${relation(s)} is read under the lock to see that no row is NULL.`,
    safer: requireWithoutScan,
  },
  {
    ...column,
    name: "column-required-proven",
    source: `${ALTER_TABLE}, SET NOT NULL`,
    when: ["notNull"],
    if: (s) => inTable(s) && after(s, "notNull") === true && spared(s),
    compatibility: "breaking",
    why: (s) =>
      `INSERT and UPDATE that leave ${identity(s)} NULL fail from now on. The rows of ${relation(s)} are not read: a CHECK proves that none is NULL, or it is NOT VALID.`,
  },
  {
    ...column,
    name: "column-optional",
    source: ALTER_TABLE,
    when: ["notNull"],
    if: (s) => inTable(s) && before(s, "notNull") === true,
    compatibility: "risky",
    why: (s) => `${identity(s)} may be NULL from now on: readers that never met a NULL there may fail.`,
  },
  {
    ...column,
    name: "column-default-set",
    source: ALTER_TABLE,
    when: ["default"],
    if: (s) => inTable(s) && after(s, "default") !== null,
    compatibility: "safe",
    why: (s) =>
      `New rows that do not name ${identity(s)} get another value; rows that are there keep theirs.`,
  },
  {
    ...column,
    name: "column-default-dropped",
    source: ALTER_TABLE,
    when: ["default"],
    if: (s) => inTable(s) && after(s, "default") === null,
    compatibility: "risky",
    why: (s) =>
      `New rows that do not name ${identity(s)} get NULL; where the column is NOT NULL, such INSERTs fail.`,
    safer: () => "Let every INSERT name the column before its default goes.",
  },
  {
    kinds: ["column"],
    name: "column-moved",
    source: MEASURED,
    when: ["position"],
    if: inTable,
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `The order of the columns of ${relation(s)} changed: INSERT without a column list and readers by position mix up ${ownName(s)}.`,
    safer: () => "Name the columns in every INSERT and SELECT.",
  },
  {
    kinds: ["column"],
    name: "column-planner-setting",
    source: LOCKING,
    when: ["statistics", "options"],
    if: inStored,
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    why: (s) => `What ANALYZE gathers for ${identity(s)} changes; reads and writes go on.`,
  },
  {
    kinds: ["column"],
    name: "column-inherited",
    source: MEASURED,
    when: ["inherited"],
    compatibility: "safe",
    lock: null,
    why: (s) => `Whether ${identity(s)} comes from a parent table changed; its data did not.`,
  },
  {
    ...column,
    name: "column-not-null-validated",
    source: `${ALTER_TABLE}, VALIDATE CONSTRAINT`,
    when: ["notNullValid"],
    if: (s) => after(s, "notNullValid") !== false,
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    scan: true,
    why: (s) =>
      `All rows of ${relation(s)} were read and have ${ownName(s)}; reads and writes went on meanwhile.`,
  },
  {
    ...column,
    name: "column-not-null-not-valid",
    source: ALTER_TABLE,
    when: ["notNullValid"],
    if: (s) => after(s, "notNullValid") === false,
    compatibility: "risky",
    why: (s) => `The rows of ${relation(s)} that are there may lack ${ownName(s)}: they were not read.`,
    safer: (s) => `When the old rows are right: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT …;`,
  },
  {
    ...column,
    name: "column-not-null-inheritance",
    source: ALTER_TABLE,
    when: ["notNullNoInherit"],
    compatibility: "risky",
    why: (s) => `Whether the NOT NULL of ${identity(s)} holds for child tables changed.`,
  },
];
