import {
  after,
  before,
  differs,
  identity,
  listAfter,
  listBefore,
  type Rule,
  type Subject,
  was,
} from "./rule.ts";

const publication = {
  kinds: ["publication"],
  source: "manual: ALTER PUBLICATION",
  lock: null,
} as const;
const subscription = {
  kinds: ["subscription"],
  source: "manual: ALTER SUBSCRIPTION",
  lock: null,
} as const;

/** A published table without its columns and filter. */
const tableOf = (entry: string): string => /^(?:"(?:[^"]|"")*"|[^ "])+/.exec(entry)?.[0] ?? entry;

/** Tables and schemas that only one of two lists has. */
function beyond(these: readonly string[], those: readonly string[]): string[] {
  const known = new Set(those.map(tableOf));
  return these.map(tableOf).filter((name) => !known.has(name));
}

function members(s: Subject, side: typeof listBefore): string[] {
  return [...side(s, "tables"), ...side(s, "schemas")];
}

const left = (s: Subject) => beyond(members(s, listBefore), members(s, listAfter));
const joined = (s: Subject) => beyond(members(s, listAfter), members(s, listBefore));

/** Tables that stay, with another column list or row filter. */
function narrowed(s: Subject): string[] {
  const old = new Map(listBefore(s, "tables").map((entry) => [tableOf(entry), entry]));
  return listAfter(s, "tables").flatMap((entry) => {
    const known = old.get(tableOf(entry));
    return known !== undefined && known !== entry ? [tableOf(entry)] : [];
  });
}

/** The operations of `publish` where it is told; left out means all four. */
function operations(value: unknown): string[] {
  return typeof value === "string" ? value.split(", ") : ["insert", "update", "delete", "truncate"];
}

const lostOperations = (s: Subject) =>
  operations(before(s, "publish")).filter((one) => !operations(after(s, "publish")).includes(one));

const PUBLICATIONS: readonly Rule[] = [
  {
    ...publication,
    name: "publication-added",
    source: "manual: CREATE PUBLICATION; 29.1 Publication",
    when: "added",
    compatibility: "risky",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => listAfter(s, "tables").map(tableOf)[0] ?? identity(s),
    why: (s) =>
      `UPDATE and DELETE of the tables that ${identity(s)} publishes fail where they have no replica identity (a primary key, by default).`,
    safer: () => "ALTER TABLE … REPLICA IDENTITY USING INDEX … for tables without a primary key, before.",
  },
  {
    ...publication,
    name: "publication-dropped",
    source: "manual: DROP PUBLICATION",
    when: "removed",
    compatibility: "breaking",
    why: (s) =>
      `Subscribers of ${was(s)} stop with an error, and their slots keep the log here until they go on.`,
  },
  {
    ...publication,
    name: "publication-renamed",
    when: "renamed",
    compatibility: "breaking",
    why: (s) => `Subscriptions name ${was(s)}: they stop with an error until they are altered.`,
    safer: (s) => `On each subscriber: ALTER SUBSCRIPTION … SET PUBLICATION ${identity(s)};`,
  },
  {
    ...publication,
    name: "publication-tables-removed",
    when: ["tables", "schemas", "allTables"],
    if: (s) => left(s).length > 0 || before(s, "allTables") === true,
    compatibility: "breaking",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => left(s)[0] ?? identity(s),
    why: (s) =>
      `Changes of ${left(s).join(", ") || "the other tables"} do not reach subscribers any more, without an error.`,
  },
  {
    ...publication,
    name: "publication-tables-added",
    when: ["tables", "schemas", "allTables"],
    if: (s) => joined(s).length > 0 || after(s, "allTables") === true,
    compatibility: "risky",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => joined(s)[0] ?? identity(s),
    why: (s) =>
      `${joined(s).join(", ") || "Every table"} is published: UPDATE and DELETE fail where it has no replica identity; subscribers fail until they have the table, and get it with REFRESH PUBLICATION.`,
  },
  {
    ...publication,
    name: "publication-filter",
    source: "manual: 29.4 Row Filters; 29.5 Column Lists",
    when: ["tables"],
    if: (s) => narrowed(s).length > 0,
    compatibility: "breaking",
    lock: "SHARE UPDATE EXCLUSIVE",
    lockOn: (s) => narrowed(s)[0] ?? identity(s),
    why: (s) =>
      `Subscribers get other columns or rows of ${narrowed(s).join(", ")}: they may miss some without an error; UPDATE and DELETE fail where list or filter lack the replica identity.`,
  },
  {
    ...publication,
    name: "publication-operations-lost",
    when: ["publish"],
    if: (s) => lostOperations(s).length > 0,
    compatibility: "breaking",
    why: (s) => `${lostOperations(s).join(", ")} do not reach subscribers any more, without an error.`,
  },
  {
    ...publication,
    name: "publication-operations-added",
    when: ["publish"],
    if: (s) => lostOperations(s).length === 0,
    compatibility: "risky",
    why: () =>
      "More operations reach subscribers; UPDATE and DELETE fail on published tables without a replica identity.",
  },
  {
    ...publication,
    name: "publication-form",
    when: ["viaRoot", "generatedColumns"],
    compatibility: "risky",
    why: (s) =>
      differs(s, "viaRoot")
        ? "Changes of partitions come under another table's name: subscribers that lack it stop with an error."
        : "Generated columns are sent, or are not any more: subscribers need columns that fit.",
  },
];

const SUBSCRIPTIONS: readonly Rule[] = [
  {
    ...subscription,
    name: "subscription-added",
    source: "manual: CREATE SUBSCRIPTION",
    when: "added",
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} writes into tables here what another server sends; a row that breaks a key stops it, and the other server keeps its log meanwhile.`,
  },
  {
    ...subscription,
    name: "subscription-dropped",
    source: "manual: DROP SUBSCRIPTION",
    when: "removed",
    compatibility: "breaking",
    why: () => "Nothing comes from the other server any more: the tables here grow old, without an error.",
  },
  {
    ...subscription,
    name: "subscription-renamed",
    when: "renamed",
    compatibility: "safe",
    why: () => "Only the name changed; the slot on the other server keeps its name.",
  },
  {
    ...subscription,
    name: "subscription-disabled",
    when: ["disabled"],
    if: (s) => after(s, "disabled") === true,
    compatibility: "breaking",
    why: () =>
      "Nothing comes from the other server until it is enabled again: the tables here grow old, and the other server keeps its log.",
  },
  {
    ...subscription,
    name: "subscription-enabled",
    when: ["disabled"],
    if: (s) => after(s, "disabled") !== true,
    compatibility: "safe",
    why: () => "What the other server kept is written here from now on.",
  },
  {
    ...subscription,
    name: "subscription-source",
    when: ["publications", "slot", "origin"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} gets other changes from now on: tables here may miss rows, or get them twice.`,
  },
  {
    ...subscription,
    name: "subscription-rights",
    when: ["passwordRequired", "runAsOwner"],
    compatibility: "risky",
    why: (s) =>
      `What ${identity(s)} writes is written with the rights of another role, or without a password.`,
  },
  {
    ...subscription,
    name: "subscription-working",
    when: ["binary", "streaming", "twoPhase", "synchronousCommit", "disableOnError", "failover"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} works in another way: what is written is the same, what an error or a crash does may not be.`,
  },
];

/** Logical replication, as publisher and as subscriber. */
export const replicationRules: readonly Rule[] = [...PUBLICATIONS, ...SUBSCRIPTIONS];
