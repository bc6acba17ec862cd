import { quoteIdentifier } from "../identifier.ts";
import {
  ALTER_TABLE,
  after,
  before,
  listBefore,
  ownName,
  type Rule,
  relation,
  type Subject,
} from "./rule.ts";
import { becameKey } from "./siblings.ts";

const constraint = { kinds: ["constraint"], source: ALTER_TABLE } as const;

/** The constraint's type and definition are told when it is added or removed; of an altered one only what differs. */
function added(s: Subject, ...types: readonly string[]): boolean {
  return types.includes(String(after(s, "type")));
}

function removed(s: Subject, ...types: readonly string[]): boolean {
  return types.includes(String(before(s, "type")));
}

function checked(s: Subject): boolean {
  return after(s, "valid") !== false && after(s, "enforced") !== false;
}

/** A unique index of the same columns that went away in the same change was most likely taken over: ADD CONSTRAINT … USING INDEX. */
function tookIndex(s: Subject): boolean {
  return s.siblings
    .within(relation(s))
    .some((other) => other.kind === "index" && becameKey(other, s.difference));
}

const NOT_VALID_FIRST = (s: Subject) =>
  `ALTER TABLE ${relation(s)} ADD CONSTRAINT ${ownName(s)} ${String(after(s, "definition") ?? "…").replace(/ NOT VALID$/, "")} NOT VALID; then, in another transaction: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT ${ownName(s)};`;

/** It was NOT ENFORCED, or only the name of a NOT NULL that its column keeps. */
function refusedNothing(s: Subject): boolean {
  if (before(s, "enforced") === false) return true;
  if (before(s, "type") !== "NOT NULL") return false;
  const columns = listBefore(s, "columns").map((name) => `${relation(s)}.${quoteIdentifier(name)}`);
  return !s.siblings.within(relation(s)).some(({ kind, identity, from, action, attributes }) => {
    const gone = action === "removed" || attributes.notNull !== undefined;
    return kind === "column" && gone && columns.includes(from ?? identity);
  });
}

const ADDED: readonly Rule[] = [
  {
    ...constraint,
    name: "check-added",
    when: "added",
    if: (s) => added(s, "CHECK") && checked(s),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `Rows that break ${after(s, "definition")} are refused by ${relation(s)} from now on, and all of it is read while nobody else can read or write it.`,
    safer: NOT_VALID_FIRST,
  },
  {
    ...constraint,
    name: "check-added-not-valid",
    when: "added",
    if: (s) => added(s, "CHECK") && after(s, "valid") === false && after(s, "enforced") !== false,
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `New rows that break ${ownName(s)} are refused by ${relation(s)}; the rows that are there were not checked, so the table was locked for an instant only.`,
    safer: (s) =>
      `When the old rows are right: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT ${ownName(s)};`,
  },
  {
    ...constraint,
    name: "foreign-key-added",
    when: "added",
    if: (s) => added(s, "FOREIGN KEY") && checked(s),
    compatibility: "breaking",
    lock: "SHARE ROW EXCLUSIVE",
    scan: true,
    why: (s) =>
      `Writes to ${relation(s)} without a row in ${after(s, "references")} fail, as do deletes there. Both tables refuse writes while all of ${relation(s)} is compared.`,
    safer: NOT_VALID_FIRST,
  },
  {
    ...constraint,
    name: "foreign-key-added-not-valid",
    when: "added",
    if: (s) => added(s, "FOREIGN KEY") && after(s, "valid") === false && after(s, "enforced") !== false,
    compatibility: "breaking",
    lock: "SHARE ROW EXCLUSIVE",
    why: (s) =>
      `New writes to ${relation(s)} need a row in ${after(s, "references")}; the old rows were not compared. Both tables refused writes for an instant.`,
    safer: (s) =>
      `When the old rows are right: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT ${ownName(s)};`,
  },
  {
    ...constraint,
    name: "constraint-added-not-enforced",
    when: "added",
    if: (s) => after(s, "enforced") === false,
    compatibility: "safe",
    lock: "SHARE ROW EXCLUSIVE",
    why: (s) =>
      `${ownName(s)} is NOT ENFORCED: it says what should be true of ${relation(s)} and refuses nothing.`,
  },
  {
    ...constraint,
    name: "unique-added",
    when: "added",
    if: (s) => added(s, "UNIQUE", "PRIMARY KEY") && !tookIndex(s),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `Writes that repeat a key are refused by ${relation(s)} from now on, and nobody can read or write it while the index of ${ownName(s)} is built.`,
    safer: (s) =>
      / WITHOUT OVERLAPS/.test(String(after(s, "definition")))
        ? "There is no concurrent form: do it while the table is small or the writers rest."
        : `CREATE UNIQUE INDEX CONCURRENTLY ${ownName(s)} ON ${relation(s)} …; then ALTER TABLE ${relation(s)} ADD CONSTRAINT ${ownName(s)} ${after(s, "type")} USING INDEX ${ownName(s)};`,
  },
  {
    ...constraint,
    name: "unique-added-using-index",
    when: "added",
    if: (s) => added(s, "UNIQUE", "PRIMARY KEY") && tookIndex(s),
    compatibility: "safe",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${ownName(s)} took over a unique index that ${relation(s)} had: the table was locked for an instant, and refuses what it refused before.`,
  },
  {
    ...constraint,
    name: "exclusion-added",
    when: "added",
    if: (s) => added(s, "EXCLUDE"),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `Rows that conflict with others by ${ownName(s)} are refused by ${relation(s)} from now on, and nobody can read or write it while its index is built.`,
    safer: () => "There is no concurrent form: do it while the table is small or the writers rest.",
  },
  {
    ...constraint,
    name: "not-null-named",
    when: "added",
    if: (s) => added(s, "NOT NULL"),
    compatibility: "safe",
    lock: "ACCESS EXCLUSIVE",
    why: (s) => `${ownName(s)} names a NOT NULL of ${relation(s)}; what it refuses is told with its column.`,
  },
];

const GONE: readonly Rule[] = [
  {
    ...constraint,
    name: "key-dropped",
    when: "removed",
    if: (s) => removed(s, "UNIQUE", "PRIMARY KEY", "EXCLUDE"),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${relation(s)} lost ${ownName(s)} with its index: INSERT … ON CONFLICT that relies on it fails, duplicates can come in, look-ups by it read the whole table${before(s, "type") === "PRIMARY KEY" ? ", and logical replication has no key for UPDATE and DELETE" : ""}.`,
    safer: () => "Build the key that replaces it first: CREATE UNIQUE INDEX CONCURRENTLY …",
  },
  {
    ...constraint,
    name: "foreign-key-dropped",
    when: "removed",
    if: (s) => removed(s, "FOREIGN KEY"),
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${relation(s)} may point to rows of ${before(s, "references") ?? "the other table"} that are not there, and what ON DELETE did is no longer done. Both tables were locked.`,
  },
  {
    ...constraint,
    name: "check-dropped",
    when: "removed",
    if: (s) => removed(s, "CHECK", "NOT NULL") && !refusedNothing(s),
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${relation(s)} takes rows that ${ownName(s)} refused: readers may meet values they never met.`,
  },
  {
    ...constraint,
    name: "check-dropped-idle",
    when: "removed",
    if: (s) => removed(s, "CHECK", "NOT NULL") && refusedNothing(s),
    compatibility: "safe",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${relation(s)} refuses what it refused before: without ${ownName(s)}, too, nothing else comes in.`,
  },
];

/** Constraints that came or went; altered ones are in constraint_changes.ts. */
export const constraintRules: readonly Rule[] = [...ADDED, ...GONE];
