import {
  ALTER_TABLE,
  after,
  before,
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

/** An index of the table that went away in the same change was most likely taken over: ADD CONSTRAINT … USING INDEX. */
function tookIndex(s: Subject): boolean {
  return s.siblings.some(
    (other) =>
      other.kind === "index" &&
      other.action === "removed" &&
      other.attributes.unique?.before === true &&
      (other.parent?.identity === relation(s) || other.attributes.table?.before === relation(s)),
  );
}

/** The index behind a key has the key's name, in the table's schema. */
function index(s: Subject): string {
  return relation(s).slice(0, -lastPart(relation(s)).length) + ownName(s);
}

const NOT_VALID_FIRST = (s: Subject) =>
  `ALTER TABLE ${relation(s)} ADD CONSTRAINT ${ownName(s)} ${String(after(s, "definition") ?? "…").replace(/ NOT VALID$/, "")} NOT VALID; then, in another transaction: ALTER TABLE ${relation(s)} VALIDATE CONSTRAINT ${ownName(s)};`;

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
      `CREATE UNIQUE INDEX CONCURRENTLY ${ownName(s)} ON ${relation(s)} …; then ALTER TABLE ${relation(s)} ADD CONSTRAINT ${ownName(s)} ${after(s, "type")} USING INDEX ${ownName(s)};`,
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
    if: (s) => removed(s, "CHECK", "NOT NULL"),
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `${relation(s)} takes rows that ${ownName(s)} refused: readers may meet values they never met.`,
  },
];

const ALTERED: readonly Rule[] = [
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
    if: (s) => after(s, "valid") === null || after(s, "valid") === true,
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
    if: (s) => after(s, "valid") === false && before(s, "enforced") !== false,
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
    lock: "SHARE ROW EXCLUSIVE",
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

/** Primary keys, unique, check, exclusion and foreign key constraints. */
export const constraintRules: readonly Rule[] = [...ADDED, ...GONE, ...ALTERED];
