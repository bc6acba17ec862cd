import { after, arrival, before, identity, type Rule, was } from "./rule.ts";

const database = { kinds: ["database"], source: "manual: ALTER DATABASE", lock: null } as const;
const tablespace = { kinds: ["tablespace"], source: "manual: ALTER TABLESPACE", lock: null } as const;

function fewer(before: unknown, after: unknown): boolean {
  return after !== null && (before === null || Number(after) < Number(before));
}

const DATABASE: readonly Rule[] = [
  {
    ...database,
    name: "database-renamed",
    when: ["name"],
    compatibility: "breaking",
    why: (s) =>
      `The database is called ${after(s, "name")}: connections to ${before(s, "name")} fail from now on.`,
  },
  {
    ...database,
    name: "database-locale",
    source: "manual: 23.1 Locale Support",
    when: ["encoding", "provider", "locale", "lcCollate", "lcCtype", "rules"],
    compatibility: "breaking",
    why: () =>
      "It is another database: texts compare, sort or are stored otherwise, and what holds in one may fail in the other.",
  },
  {
    ...database,
    name: "database-closed",
    when: ["allowConnections"],
    if: (s) => after(s, "allowConnections") === false,
    compatibility: "breaking",
    why: () => "Nobody can connect to the database any more.",
  },
  {
    ...database,
    name: "database-opened",
    when: ["allowConnections"],
    if: (s) => after(s, "allowConnections") !== false,
    compatibility: "safe",
    why: () => "The database can be connected to again.",
  },
  {
    ...database,
    name: "database-connections-fewer",
    when: ["connectionLimit"],
    if: (s) => fewer(before(s, "connectionLimit"), after(s, "connectionLimit")),
    compatibility: "risky",
    why: (s) =>
      `The database refuses connections beyond ${after(s, "connectionLimit")}; pools that open more fail.`,
  },
  {
    ...database,
    name: "database-connections-more",
    when: ["connectionLimit"],
    if: (s) => !fewer(before(s, "connectionLimit"), after(s, "connectionLimit")),
    compatibility: "safe",
    why: () => "The database takes more connections.",
  },
  {
    ...database,
    name: "database-settings",
    source: "manual: ALTER DATABASE, SET",
    when: ["settings", "roleSettings"],
    compatibility: "risky",
    why: () => "Sessions that begin from now on run with other settings.",
  },
  {
    ...database,
    name: "database-template",
    when: ["template"],
    compatibility: "safe",
    why: () => "Only who may copy the database, and whether it can be dropped, changed.",
  },
  {
    ...database,
    name: "database-tablespace",
    when: ["tablespace"],
    compatibility: "risky",
    why: (s) =>
      `New tables and indexes lie in ${after(s, "tablespace") ?? "pg_default"}; what lay in the old default was copied there while nobody could be connected.`,
  },
];

const TABLESPACES: readonly Rule[] = [
  {
    ...tablespace,
    name: "tablespace-added",
    source: "manual: CREATE TABLESPACE",
    when: "added",
    compatibility: "safe",
    why: arrival,
  },
  {
    ...tablespace,
    name: "tablespace-dropped",
    source: "manual: DROP TABLESPACE",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Statements and default_tablespace settings that name ${was(s)} fail; it was empty.`,
  },
  {
    ...tablespace,
    name: "tablespace-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) => `What lies in it stays; statements and default_tablespace settings that name ${was(s)} fail.`,
  },
  {
    ...tablespace,
    name: "tablespace-options",
    when: ["options"],
    compatibility: "safe",
    why: (s) => `The planner reckons with other costs of reading from ${identity(s)}: plans may change.`,
  },
  {
    ...tablespace,
    name: "tablespace-moved",
    when: ["location"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} lies in ${after(s, "location") ?? "the data directory"}: somebody moved its files.`,
  },
];

/** The database itself, and the server's tablespaces. */
export const serverRules: readonly Rule[] = [...DATABASE, ...TABLESPACES];
