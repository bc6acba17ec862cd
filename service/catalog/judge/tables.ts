import { splitIdentity } from "../identifier.ts";
import {
  ALTER_TABLE,
  after,
  arrival,
  before,
  identity,
  LOCKING,
  listAfter,
  MEASURED,
  type Rule,
  type Subject,
  was,
} from "./rule.ts";

const table = { kinds: ["table"], source: ALTER_TABLE, lock: "ACCESS EXCLUSIVE" } as const;

/** The first other table that the foreign keys of an added or dropped table point to. */
function referenced(s: Subject): string | undefined {
  return (s.difference.contains ?? [])
    .map((part) => part.attributes.references)
    .find((other): other is string => typeof other === "string" && other !== identity(s));
}

function moved(s: Subject): boolean {
  return splitIdentity(was(s))?.[0] !== splitIdentity(identity(s))?.[0];
}

function partition(value: unknown): boolean {
  return typeof value === "string";
}

/** Tables and partitions themselves; what is in them has its own rules. */
export const tableRules: readonly Rule[] = [
  {
    ...table,
    name: "table-added",
    source: "manual: CREATE TABLE",
    when: "added",
    if: (s) => !partition(after(s, "partitionOf")) && listAfter(s, "inherits").length === 0 && !referenced(s),
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    ...table,
    name: "table-added-with-foreign-key",
    source: LOCKING,
    when: "added",
    if: (s) => referenced(s) !== undefined,
    compatibility: "safe",
    lock: "SHARE ROW EXCLUSIVE",
    lockOn: (s) => referenced(s) ?? identity(s),
    why: (s) =>
      `${identity(s)} is new. Its foreign key refuses deletes in ${referenced(s)} that it needs; that table refused writes for an instant.`,
  },
  {
    ...table,
    name: "partition-added",
    source: "manual: CREATE TABLE, PARTITION OF",
    when: "added",
    if: (s) => partition(after(s, "partitionOf")),
    compatibility: "safe",
    lockOn: (s) => String(after(s, "partitionOf")),
    why: (s) =>
      `${identity(s)} takes new rows of ${after(s, "partitionOf")}, which is locked for an instant; a default partition is read for rows that belong to the new one.`,
    safer: (s) =>
      `CREATE TABLE ${identity(s)} (LIKE ${after(s, "partitionOf")} INCLUDING ALL); then ALTER TABLE ${after(s, "partitionOf")} ATTACH PARTITION ${identity(s)} ${after(s, "bound") ?? "…"}; lets reads and writes of the parent go on.`,
  },
  {
    ...table,
    name: "child-table-added",
    source: MEASURED,
    when: "added",
    if: (s) => listAfter(s, "inherits").length > 0,
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => listAfter(s, "inherits")[0] ?? identity(s),
    why: (s) => `Queries of ${listAfter(s, "inherits").join(", ")} read ${identity(s)} too from now on.`,
  },
  {
    ...table,
    name: "table-dropped",
    source: "manual: DROP TABLE",
    when: "removed",
    if: (s) => !partition(before(s, "partitionOf")),
    compatibility: "breaking",
    why: (s) => `Every statement that names ${was(s)} fails from now on, and its rows are gone.`,
    safer: (s) => `Rename it first, and drop it when nobody missed it: ALTER TABLE ${was(s)} RENAME TO …;`,
  },
  {
    ...table,
    name: "partition-dropped",
    source: "manual: DROP TABLE",
    when: "removed",
    if: (s) => partition(before(s, "partitionOf")),
    compatibility: "breaking",
    lockOn: (s) => String(before(s, "partitionOf")),
    why: (s) =>
      `The rows of ${was(s)} are gone, INSERTs that belong there fail or go to the default partition, and all of ${before(s, "partitionOf")} is locked for an instant.`,
    safer: (s) =>
      `ALTER TABLE ${before(s, "partitionOf")} DETACH PARTITION ${was(s)} CONCURRENTLY; then drop it.`,
  },
  {
    ...table,
    name: "table-dropped-with-foreign-key",
    source: MEASURED,
    when: "removed",
    if: (s) => referenced(s) !== undefined,
    compatibility: "breaking",
    lockOn: (s) => referenced(s) ?? was(s),
    why: (s) => `Dropping its foreign keys locks ${referenced(s)} too.`,
    safer: (s) => `Drop the foreign keys of ${was(s)} one by one first.`,
  },
  {
    ...table,
    name: "table-renamed",
    when: "renamed",
    if: (s) => !moved(s),
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${was(s)} fails from now on; views and foreign keys follow the rename, function bodies do not.`,
    safer: (s) =>
      `In the same transaction: CREATE VIEW ${was(s)} AS SELECT * FROM ${identity(s)}; until nobody uses the old name.`,
  },
  {
    ...table,
    name: "table-moved",
    when: "renamed",
    if: moved,
    compatibility: "breaking",
    why: (s) =>
      `${was(s)} is ${identity(s)}: statements with the old schema, or whose search_path lacks the new one, fail from now on.`,
    safer: (s) =>
      `In the same transaction: CREATE VIEW ${was(s)} AS SELECT * FROM ${identity(s)}; until nobody uses the old name.`,
  },
  {
    ...table,
    name: "table-unlogged",
    when: ["persistence"],
    if: (s) => after(s, "persistence") === "unlogged",
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) =>
      `${identity(s)} is emptied by a crash and is not on standbys: readers there fail. It is rewritten while nobody can read or write it.`,
  },
  {
    ...table,
    name: "table-logged",
    when: ["persistence"],
    if: (s) => before(s, "persistence") === "unlogged",
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) => `All of ${identity(s)} is written again, and to the log, while nobody can read or write it.`,
  },
  {
    ...table,
    name: "partition-attached",
    source: `${ALTER_TABLE}, ATTACH PARTITION`,
    when: ["partitionOf"],
    if: (s) => partition(after(s, "partitionOf")) && before(s, "partitionOf") === null,
    compatibility: "risky",
    scan: true,
    why: (s) =>
      `Queries of ${after(s, "partitionOf")} see the rows of ${identity(s)}, which is locked while it is read to see that they fit; the parent goes on.`,
    safer: (s) =>
      `Before: ALTER TABLE ${identity(s)} ADD CONSTRAINT … CHECK (the bound) NOT VALID; VALIDATE CONSTRAINT; a valid CHECK spares the reading.`,
  },
  {
    ...table,
    name: "partition-detached",
    source: `${ALTER_TABLE}, DETACH PARTITION`,
    when: ["partitionOf"],
    if: (s) => partition(before(s, "partitionOf")),
    compatibility: "breaking",
    lockOn: (s) => String(before(s, "partitionOf")),
    why: (s) =>
      `Queries of ${before(s, "partitionOf")} do not see the rows of ${identity(s)} any more, and INSERTs that belong there fail or go to the default partition.`,
    safer: (s) => `ALTER TABLE ${before(s, "partitionOf")} DETACH PARTITION ${identity(s)} CONCURRENTLY;`,
  },
  {
    ...table,
    name: "partition-bound",
    source: MEASURED,
    when: ["bound"],
    if: (s) => before(s, "bound") !== null && after(s, "bound") !== null,
    compatibility: "risky",
    scan: true,
    why: (s) =>
      `${identity(s)} was detached and attached for other rows: INSERTs outside of ${after(s, "bound")} must find another partition.`,
  },
  {
    ...table,
    name: "partitioning-changed",
    source: MEASURED,
    when: ["partitionBy"],
    compatibility: "breaking",
    lock: null,
    why: (s) => `${identity(s)} is divided otherwise: it can only be another table under the same name.`,
  },
  {
    ...table,
    name: "inheritance-changed",
    source: `${ALTER_TABLE}, INHERIT`,
    when: ["inherits"],
    compatibility: "risky",
    why: (s) => `Queries of the parent tables see or lose the rows of ${identity(s)}.`,
  },
  {
    ...table,
    name: "table-options",
    source: LOCKING,
    when: ["options"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    why: (s) =>
      `How ${identity(s)} is stored and vacuumed from now on changes; its rows and their readers do not.`,
  },
  {
    ...table,
    name: "replica-identity-nothing",
    source: `${ALTER_TABLE}, REPLICA IDENTITY`,
    when: ["replicaIdentity"],
    if: (s) => /nothing/i.test(String(after(s, "replicaIdentity"))),
    compatibility: "breaking",
    why: (s) =>
      `UPDATE and DELETE of ${identity(s)} fail where it is published: logical replication cannot name the row.`,
    safer: (s) =>
      `ALTER TABLE ${identity(s)} REPLICA IDENTITY USING INDEX …; with a unique index on NOT NULL columns.`,
  },
  {
    ...table,
    name: "replica-identity",
    source: `${ALTER_TABLE}, REPLICA IDENTITY`,
    when: ["replicaIdentity"],
    if: (s) => !/nothing/i.test(String(after(s, "replicaIdentity"))),
    compatibility: "risky",
    why: (s) =>
      `Logical replication names the rows of ${identity(s)} otherwise: UPDATE and DELETE fail where it is published and no key serves; FULL makes the log larger.`,
  },
  {
    ...table,
    name: "table-access-method",
    when: ["accessMethod"],
    compatibility: "risky",
    rewrite: true,
    scan: true,
    why: (s) => `All of ${identity(s)} is written again in another form while nobody can read or write it.`,
  },
  {
    ...table,
    name: "table-tablespace",
    when: ["tablespace"],
    compatibility: "risky",
    rewrite: true,
    why: (s) => `All of ${identity(s)} is copied to another tablespace while nobody can read or write it.`,
    safer: () => "pg_repack moves a table while it is used.",
  },
  {
    ...table,
    name: "table-of-type",
    when: ["ofType"],
    compatibility: "risky",
    why: (s) => `Whether the columns of ${identity(s)} follow a composite type changed.`,
  },
];
