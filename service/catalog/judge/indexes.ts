import {
  after,
  before,
  differs,
  identity,
  LOCKING,
  MEASURED,
  ownName,
  type Rule,
  relation,
  type Subject,
  was,
} from "./rule.ts";
import { becameKey } from "./siblings.ts";

const index = { kinds: ["index"] } as const;

function usable(s: Subject): boolean {
  return after(s, "valid") !== false;
}

/** An index of a partitioned table: the server prints it with ON ONLY; its parts on the partitions are told with it. */
function divided(s: Subject): boolean {
  return / ON ONLY /.test(String(after(s, "definition")));
}

const CONCURRENTLY = (s: Subject) =>
  `${String(after(s, "definition") ?? `CREATE INDEX ${ownName(s)} ON ${relation(s)} …`).replace(/^(CREATE (?:UNIQUE )?INDEX) /, "$1 CONCURRENTLY ")};`;

/** The definition holds the storage options too, which ALTER INDEX changes without building anything. */
function redefined(s: Subject): boolean {
  const bare = (value: unknown) => String(value).replace(/ WITH \([^)]*\)/, "");
  return (
    differs(s, "method", "columns", "predicate", "unique", "nullsNotDistinct", "table") ||
    bare(before(s, "definition")) !== bare(after(s, "definition"))
  );
}

/** A key of the same columns came in the same change: ADD CONSTRAINT … USING INDEX. */
function takenOver(s: Subject): boolean {
  return s.siblings
    .within(relation(s))
    .some((other) => other.kind === "constraint" && becameKey(s.difference, other));
}

function partitionsWait(s: Subject): string {
  return `Every write to ${relation(s)} and its partitions waits while all of them are read for ${ownName(s)}.`;
}

function partByPart(s: Subject): string {
  return `CREATE INDEX … ON ONLY ${relation(s)} …; then CREATE INDEX CONCURRENTLY on each partition; then ALTER INDEX ${identity(s)} ATTACH PARTITION … for each: it is valid with the last.`;
}

/** Indexes that no constraint owns. How an index was built cannot be seen afterwards: the plain form is judged. */
export const indexRules: readonly Rule[] = [
  {
    ...index,
    name: "index-added",
    source: "manual: CREATE INDEX, Building Indexes Concurrently",
    when: "added",
    if: (s) => after(s, "unique") !== true && usable(s) && !divided(s) && after(s, "partitionOf") === null,
    compatibility: "risky",
    lock: "SHARE",
    scan: true,
    why: (s) =>
      `Unless it was built CONCURRENTLY, which cannot be seen, every write to ${relation(s)} waits while all of it is read for ${ownName(s)}.`,
    safer: CONCURRENTLY,
  },
  {
    ...index,
    name: "unique-index-added",
    source: "manual: CREATE INDEX",
    when: "added",
    if: (s) => after(s, "unique") === true && usable(s) && !divided(s) && after(s, "partitionOf") === null,
    compatibility: "breaking",
    lock: "SHARE",
    scan: true,
    why: (s) =>
      `Writes that repeat a key of ${ownName(s)} are refused by ${relation(s)} from now on. Unless it was built CONCURRENTLY, every write waits meanwhile.`,
    safer: CONCURRENTLY,
  },
  {
    ...index,
    name: "index-on-partitioned-added",
    source: "manual: CREATE INDEX",
    when: "added",
    if: (s) => usable(s) && divided(s) && after(s, "unique") !== true,
    compatibility: "risky",
    lock: "SHARE",
    scan: true,
    why: partitionsWait,
    safer: partByPart,
  },
  {
    ...index,
    name: "unique-index-on-partitioned-added",
    source: "manual: CREATE INDEX",
    when: "added",
    if: (s) => usable(s) && divided(s) && after(s, "unique") === true,
    compatibility: "breaking",
    lock: "SHARE",
    scan: true,
    why: (s) => `Writes that repeat a key are refused by ${relation(s)} from now on. ${partitionsWait(s)}`,
    safer: partByPart,
  },
  {
    ...index,
    name: "index-of-partition-added",
    source: "manual: CREATE INDEX",
    when: "added",
    if: (s) => usable(s) && after(s, "partitionOf") !== null,
    compatibility: "risky",
    lock: "SHARE",
    scan: true,
    why: (s) =>
      `${relation(s)} got its part of ${after(s, "partitionOf")}: every write to it waits while it is read.`,
    safer: CONCURRENTLY,
  },
  {
    ...index,
    name: "index-added-invalid",
    source: "manual: CREATE INDEX, Building Indexes Concurrently",
    when: "added",
    if: (s) => !usable(s) && !divided(s),
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `${identity(s)} is not valid: a concurrent build is running, or it failed. Until it is valid it costs every write and serves no query.`,
    safer: (s) => `If no build is running: DROP INDEX CONCURRENTLY ${identity(s)}; and build it again.`,
  },
  {
    ...index,
    name: "index-on-only-added",
    source: "manual: CREATE INDEX, ON ONLY",
    when: "added",
    if: (s) => !usable(s) && divided(s),
    compatibility: "safe",
    lock: "SHARE",
    why: (s) =>
      `${identity(s)} holds nothing yet: it becomes valid when an index of every partition of ${relation(s)} is attached to it.`,
    safer: (s) =>
      `CREATE INDEX CONCURRENTLY on each partition, then ALTER INDEX ${identity(s)} ATTACH PARTITION … for each.`,
  },
  {
    ...index,
    name: "index-dropped",
    source: "manual: DROP INDEX",
    when: "removed",
    if: (s) => before(s, "unique") !== true,
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Queries that used ${was(s)} may read all of ${relation(s)} now. Dropping it locks the table, behind the longest query that runs on it.`,
    safer: (s) => `DROP INDEX CONCURRENTLY ${was(s)}; after pg_stat_user_indexes showed that nobody used it.`,
  },
  {
    ...index,
    name: "unique-index-dropped",
    source: "manual: DROP INDEX",
    when: "removed",
    if: (s) => before(s, "unique") === true && !takenOver(s),
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `INSERT … ON CONFLICT that relies on ${was(s)} fails, and duplicates can come into ${relation(s)}; queries that used it may read the whole table.`,
    safer: (s) => `DROP INDEX CONCURRENTLY ${was(s)}; when a key that replaces it is there.`,
  },
  {
    ...index,
    name: "index-became-key",
    source: "manual: ALTER TABLE, ADD table_constraint_using_index",
    when: "removed",
    if: takenOver,
    compatibility: "safe",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `A key of ${relation(s)} took over ${was(s)}: what it refused is refused, and what it served is served.`,
  },
  {
    ...index,
    name: "index-renamed",
    source: LOCKING,
    when: "renamed",
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: was,
    why: (s) =>
      `${was(s)} is named ${identity(s)}; queries do not name indexes, planner hints and scripts may.`,
  },
  {
    ...index,
    name: "index-became-valid",
    source: MEASURED,
    when: ["valid", "ready"],
    if: (s) => usable(s) && after(s, "ready") !== false,
    compatibility: "safe",
    lock: null,
    why: (s) => `${identity(s)} is built and serves queries now.`,
  },
  {
    ...index,
    name: "index-became-invalid",
    source: "manual: CREATE INDEX, Building Indexes Concurrently",
    when: ["valid", "ready"],
    if: (s) => after(s, "valid") === false || after(s, "ready") === false,
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `${identity(s)} serves no query any more, and the whole of ${relation(s)} is read in its place.`,
    safer: (s) => `REINDEX INDEX CONCURRENTLY ${identity(s)};`,
  },
  {
    ...index,
    name: "index-redefined",
    source: MEASURED,
    when: ["definition", "method", "columns", "predicate", "unique", "nullsNotDistinct", "table"],
    if: redefined,
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    scan: true,
    why: (s) =>
      `${identity(s)} was dropped and built again in another form: queries and ON CONFLICT that fitted the old one may not fit, and ${relation(s)} was read for it.`,
    safer: (s) =>
      `Build the new index CONCURRENTLY under another name, then DROP INDEX CONCURRENTLY ${identity(s)}; and rename.`,
  },
  {
    ...index,
    name: "index-became-unique",
    source: "manual: CREATE INDEX",
    when: ["unique", "nullsNotDistinct"],
    if: (s) => after(s, "unique") === true || after(s, "nullsNotDistinct") === true,
    compatibility: "breaking",
    lock: "SHARE",
    scan: true,
    why: (s) => `Writes that repeat a key of ${identity(s)} are refused by ${relation(s)} from now on.`,
  },
  {
    ...index,
    name: "index-options",
    source: LOCKING,
    when: ["options", "statistics"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: identity,
    why: (s) =>
      `${identity(s)} fills its pages or gathers statistics otherwise from now on; nothing is built again.`,
  },
  {
    ...index,
    name: "index-tablespace",
    source: "manual: ALTER INDEX",
    when: ["tablespace"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    lockOn: identity,
    rewrite: true,
    scan: true,
    why: (s) => `${identity(s)} is copied to another tablespace; queries that plan with it wait meanwhile.`,
    safer: (s) => `REINDEX (TABLESPACE …, CONCURRENTLY) INDEX ${identity(s)};`,
  },
  {
    ...index,
    name: "index-clustered",
    source: LOCKING,
    when: ["clustered"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    why: (s) => `Only the next CLUSTER of ${relation(s)} is different.`,
  },
  {
    ...index,
    name: "index-replica-identity",
    source: "manual: ALTER TABLE, REPLICA IDENTITY",
    when: ["replicaIdentity"],
    compatibility: "risky",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Logical replication finds the rows of ${relation(s)} by another key: subscribers need an index that fits.`,
  },
  {
    ...index,
    name: "index-attached",
    source: "manual: ALTER INDEX, ATTACH PARTITION",
    when: ["partitionOf"],
    compatibility: "safe",
    lock: "ACCESS EXCLUSIVE",
    lockOn: identity,
    why: (s) =>
      `${identity(s)} became or stopped being a part of the partitioned table's index; nothing is built again.`,
  },
];
