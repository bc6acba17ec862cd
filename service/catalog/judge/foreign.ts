import {
  ALTER_TABLE,
  after,
  arrival,
  before,
  identity,
  LOCKING,
  onForeign,
  ownName,
  type Rule,
  relation,
  was,
} from "./rule.ts";

const wrapper = {
  kinds: ["foreign data wrapper"],
  source: "manual: ALTER FOREIGN DATA WRAPPER",
  lock: null,
} as const;
const server = { kinds: ["foreign server"], source: "manual: ALTER SERVER", lock: null } as const;
const mapping = { kinds: ["user mapping"], source: "manual: ALTER USER MAPPING", lock: null } as const;
const table = {
  kinds: ["foreign table"],
  source: "manual: ALTER FOREIGN TABLE",
  lock: "ACCESS EXCLUSIVE",
} as const;
const column = { ...table, kinds: ["column"], if: onForeign } as const;

const SERVERS: readonly Rule[] = [
  {
    ...wrapper,
    kinds: ["foreign data wrapper", "foreign server"],
    name: "foreign-source-added",
    source: "manual: CREATE SERVER",
    when: "added",
    compatibility: "safe",
    why: arrival,
  },
  {
    ...wrapper,
    kinds: ["foreign data wrapper", "foreign server"],
    name: "foreign-source-dropped",
    source: "manual: DROP SERVER",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `${was(s)} is gone with every foreign table that read through it.`,
  },
  {
    ...wrapper,
    kinds: ["foreign data wrapper", "foreign server"],
    name: "foreign-source-renamed",
    when: "renamed",
    compatibility: "risky",
    why: (s) =>
      `Foreign tables follow the rename; statements that name ${was(s)} (CREATE FOREIGN TABLE, IMPORT FOREIGN SCHEMA, dblink) fail.`,
  },
  {
    ...wrapper,
    name: "foreign-wrapper-functions",
    when: ["handler", "validator"],
    compatibility: "risky",
    why: (s) =>
      `Foreign tables through ${identity(s)} are read by other code, or their options are checked by other code: some may be refused.`,
  },
  {
    ...wrapper,
    kinds: ["foreign data wrapper", "foreign server"],
    name: "foreign-source-options",
    when: ["options", "type", "version"],
    compatibility: "risky",
    why: (s) =>
      `Foreign tables of ${identity(s)} reach another place, or the same in another way: they may fail or show other rows.`,
    safer: () => "SELECT one row of each of its foreign tables before the transaction commits.",
  },
  {
    ...server,
    name: "foreign-server-remade",
    when: ["wrapper"],
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} was dropped and made anew for ${after(s, "wrapper")}: its foreign tables and user mappings went with it.`,
  },
  {
    ...mapping,
    name: "user-mapping-added",
    source: "manual: CREATE USER MAPPING",
    when: "added",
    compatibility: "risky",
    why: (s) => `${ownName(s)} reaches the server of ${identity(s)} under an account there.`,
  },
  {
    ...mapping,
    name: "user-mapping-dropped",
    source: "manual: DROP USER MAPPING",
    when: "removed",
    compatibility: "breaking",
    why: () => "Queries of foreign tables by this role fail, or use the mapping for PUBLIC.",
  },
  {
    ...mapping,
    name: "user-mapping-options",
    when: ["options"],
    compatibility: "risky",
    why: () =>
      "The account under which this role reaches the server has other options; queries may be refused there.",
  },
];

const TABLES: readonly Rule[] = [
  {
    ...table,
    name: "foreign-table-added",
    source: "manual: CREATE FOREIGN TABLE",
    when: "added",
    if: (s) => typeof after(s, "partitionOf") !== "string",
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    ...table,
    name: "foreign-partition-added",
    source: "manual: CREATE FOREIGN TABLE, PARTITION OF",
    when: "added",
    if: (s) => typeof after(s, "partitionOf") === "string",
    compatibility: "risky",
    lockOn: (s) => String(after(s, "partitionOf")),
    why: (s) =>
      `Queries of ${after(s, "partitionOf")} reach the other server too from now on, and fail when it does; the parent was locked for an instant.`,
  },
  {
    ...table,
    name: "foreign-table-dropped",
    source: "manual: DROP FOREIGN TABLE",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Every statement that names ${was(s)} fails from now on; the remote data stay.`,
  },
  {
    ...table,
    name: "foreign-table-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${was(s)} fails from now on; without the option table_name another remote table is read, too.`,
    safer: (s) => `In the same transaction: CREATE VIEW ${was(s)} AS SELECT * FROM ${identity(s)};`,
  },
  {
    ...table,
    name: "foreign-table-options",
    when: ["options"],
    compatibility: "risky",
    why: (s) => `${identity(s)} may show another remote table from now on, or reads it in another way.`,
  },
  {
    ...table,
    name: "foreign-table-remade",
    when: ["server"],
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} was dropped and made anew on ${after(s, "server")} instead of ${before(s, "server")}: it shows other rows.`,
  },
  {
    ...table,
    name: "foreign-table-parent",
    source: `${ALTER_TABLE}, ATTACH PARTITION`,
    when: ["partitionOf", "bound", "inherits"],
    compatibility: "risky",
    why: (s) => `Queries of its parent tables see or lose the rows of ${identity(s)}.`,
  },
];

const PARTS: readonly Rule[] = [
  {
    ...column,
    name: "foreign-column-added",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `${relation(s)} asks the other server for ${ownName(s)} too; every read fails when the remote table lacks it.`,
  },
  {
    ...column,
    name: "foreign-column-dropped",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Every statement that names ${was(s)} fails from now on.`,
  },
  {
    ...column,
    name: "foreign-column-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) =>
      `Every statement that names ${was(s)} fails; without the option column_name another remote column is asked for.`,
  },
  {
    ...column,
    name: "foreign-column-type",
    when: ["type", "collation"],
    compatibility: "breaking",
    why: (s) =>
      `Readers of ${identity(s)} meet another type; what the other server sends is not checked before it is read.`,
  },
  {
    ...column,
    name: "foreign-column-declared",
    when: ["notNull", "default", "foreignOptions", "generated", "expression", "storage", "position"],
    compatibility: "risky",
    why: (s) =>
      `What is said of ${identity(s)} changed; nobody compares it with the remote rows, and the planner trusts it.`,
  },
  {
    ...column,
    name: "foreign-column-planner",
    source: LOCKING,
    when: ["statistics", "options"],
    compatibility: "safe",
    lock: "SHARE UPDATE EXCLUSIVE",
    why: (s) => `What ANALYZE gathers for ${identity(s)} changes; reads and writes go on.`,
  },
  {
    ...column,
    kinds: ["constraint"],
    name: "foreign-constraint",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `${ownName(s)} is not enforced on the other server; the planner trusts it, and leaves out rows that break it.`,
  },
  {
    ...column,
    kinds: ["constraint"],
    name: "foreign-constraint-dropped",
    when: "removed",
    compatibility: "safe",
    why: (s) => `${relation(s)} never enforced ${ownName(s)}; plans that relied on it read more.`,
  },
  {
    ...column,
    kinds: ["constraint"],
    name: "foreign-constraint-renamed",
    when: "renamed",
    compatibility: "safe",
    why: (s) => `Only the name of a constraint of ${relation(s)} changed.`,
  },
  {
    ...column,
    kinds: ["constraint"],
    name: "foreign-constraint-changed",
    when: ["definition", "valid", "noInherit", "inherited", "enforced"],
    compatibility: "risky",
    why: (s) => `The planner trusts another ${ownName(s)} of ${relation(s)}, which nobody enforces.`,
  },
];

/** Wrappers, servers, mappings, foreign tables with their columns and constraints: nothing of theirs is rewritten or read here. */
export const foreignRules: readonly Rule[] = [...SERVERS, ...TABLES, ...PARTS];
