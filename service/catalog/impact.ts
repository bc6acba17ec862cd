import type { Sql } from "../postgres/types.ts";
import type { ObjectChange, ObjectRef } from "./change.ts";
import { splitIdentity, unquoteIdentifier } from "./identifier.ts";
import dependentsSql from "./sql/impact_dependents.sql" with { type: "text" };
import mentionsSql from "./sql/impact_mentions.sql" with { type: "text" };
import sizesSql from "./sql/impact_sizes.sql" with { type: "text" };

/** Something that uses a changed object. */
export interface Dependent {
  /** PostgreSQL's word: "view", "function", "constraint", "policy", "trigger", "column", "index" … */
  readonly kind: string;
  readonly identity: string;
  /** The changed object it hangs on. */
  readonly on: ObjectRef;
  /** 1: uses it itself; 2: through one other object; … */
  readonly distance: number;
  /** "dependency": PostgreSQL's own record. "mention": a function's text names it, which may be something else of that name. */
  readonly known: "dependency" | "mention";
}

/** A relation whose data the changes concern. */
export interface RelationSize {
  readonly kind: "table" | "materialized view" | "index";
  readonly identity: string;
  /** With indexes and TOAST; null while it is locked by somebody's DDL. */
  readonly bytes: number | null;
  /** The planner's estimate; null before the first ANALYZE or VACUUM. */
  readonly rows: number | null;
}

/** What the changes reach, on the server as it is now. */
export interface Impact {
  readonly dependents: readonly Dependent[];
  readonly relations: readonly RelationSize[];
  /** What was left out, in words; empty when nothing was. */
  readonly limits: readonly string[];
}

const MAX_CHANGES = 500;
const MAX_DEPENDENTS = 200;
const MAX_RELATIONS = 100;
const MAX_DISTANCE = 8;

/** Of these nobody's SQL depends. */
const UNSEEN_ATTRIBUTES = new Set([
  "comment",
  "owner",
  "grants",
  "statistics",
  "storage",
  "compression",
  "options",
  "securityLabels",
  "memberGrants",
  "builtinGrants",
]);
/** The catalogs whose rows others may hang on. */
const ROOT_CATALOGS = new Set([
  "pg_class",
  "pg_type",
  "pg_proc",
  "pg_constraint",
  "pg_collation",
  "pg_operator",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_language",
  "pg_am",
  "pg_opclass",
  "pg_opfamily",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
]);

interface Root {
  readonly n: number;
  readonly catalog: string;
  readonly oid: string;
  readonly sub: number;
}

/**
 * Reads what hangs on the changed objects, and the size of the relations they concern, with three set-based queries.
 * Objects that are gone have no dependents left; functions that still name them by text are found. Takes no lock that
 * waits for users' DDL. Rejects as `sql.query` does.
 */
export async function readImpact(sql: Sql, changes: readonly ObjectChange[]): Promise<Impact> {
  const considered = changes.slice(0, MAX_CHANGES);
  const limits: string[] = [];
  if (changes.length > considered.length)
    limits.push(`Only the first ${MAX_CHANGES} of ${changes.length} changes were asked about.`);
  // One after the other: `sql` may be one transaction.
  const recorded = await readDependents(sql, considered);
  const mentioned = await readMentions(sql, considered);
  const relations = await readSizes(sql, considered, recorded);
  const dependents = withoutTwins([...recorded, ...mentioned]);
  if (dependents.length > MAX_DEPENDENTS)
    limits.push(`More than ${MAX_DEPENDENTS} objects depend on the changed ones; the nearest are listed.`);
  if (dependents.some((one) => one.distance >= MAX_DISTANCE))
    limits.push(`Dependents were followed through ${MAX_DISTANCE} objects, no further.`);
  if (relations.length > MAX_RELATIONS)
    limits.push(`More than ${MAX_RELATIONS} relations are concerned; the largest are listed.`);
  return {
    dependents: dependents.slice(0, MAX_DEPENDENTS),
    relations: relations.slice(0, MAX_RELATIONS),
    limits,
  };
}

async function readDependents(sql: Sql, changes: readonly ObjectChange[]): Promise<Dependent[]> {
  const roots = changes.flatMap((change, n) => {
    const root = rootOf(change, n);
    return root && othersMayDepend(change) ? [root] : [];
  });
  if (roots.length === 0) return [];
  const rows = await sql.query<{ n: number; depth: number; kind: string; identity: string }>(dependentsSql, [
    JSON.stringify(roots),
    MAX_DISTANCE,
    MAX_DEPENDENTS + 1,
  ]);
  return rows.map((row) => ({
    kind: row.kind,
    identity: row.identity,
    on: refOf(changes, row.n),
    distance: row.depth,
    known: "dependency",
  }));
}

async function readMentions(sql: Sql, changes: readonly ObjectChange[]): Promise<Dependent[]> {
  const wanted = changes.flatMap((change, n) => {
    const words = othersMayDepend(change) ? wordsOf(change) : [];
    return words.length > 0 ? [{ n, words: words.map(wholeWord) }] : [];
  });
  if (wanted.length === 0) return [];
  const rows = await sql.query<{ n: number; kind: string; identity: string }>(mentionsSql, [
    JSON.stringify(wanted),
    MAX_DEPENDENTS + 1,
  ]);
  return rows
    .filter((row) => row.identity !== changes[row.n]?.identity)
    .map((row) => ({
      kind: row.kind,
      identity: row.identity,
      on: refOf(changes, row.n),
      distance: 1,
      known: "mention",
    }));
}

async function readSizes(
  sql: Sql,
  changes: readonly ObjectChange[],
  dependents: readonly Dependent[],
): Promise<RelationSize[]> {
  const oids = new Set<string>();
  for (const [n, change] of changes.entries()) {
    const root = rootOf(change, n);
    if (root?.catalog === "pg_class") oids.add(root.oid);
  }
  const tables = new Set(
    changes.flatMap((change) => (change.parent?.kind === "table" ? [change.parent.identity] : [])),
  );
  // A type's data lies in the columns that have it.
  for (const { kind, identity } of dependents) if (kind === "column") tables.add(tableOf(identity));
  if (oids.size === 0 && tables.size === 0) return [];
  const rows = await sql.query<RelationSize>(sizesSql, [
    JSON.stringify([...oids]),
    JSON.stringify([...tables]),
    MAX_RELATIONS + 1,
  ]);
  return rows.map(({ kind, identity, bytes, rows: count }) => ({ kind, identity, bytes, rows: count }));
}

/** Where the object is on its server; undefined for what is gone, has no address, or is of a catalog nobody hangs on. */
function rootOf(change: ObjectChange, n: number): Root | undefined {
  if (change.action === "removed") return undefined;
  const [catalog, oid, sub] = change.address?.split(":") ?? [];
  if (!catalog || !oid || !ROOT_CATALOGS.has(catalog)) return undefined;
  return { n, catalog, oid, sub: Number(sub ?? 0) };
}

function othersMayDepend(change: ObjectChange): boolean {
  if (change.action === "added") return false;
  if (change.action !== "altered") return true;
  // The options of a dictionary are what it does; those of relations are the planner's and VACUUM's.
  if (change.kind === "text search dictionary" && "options" in change.attributes) return true;
  return Object.keys(change.attributes).some((name) => !UNSEEN_ATTRIBUTES.has(name));
}

/** The words by which function bodies name the object, as they were before the change. */
function wordsOf(change: ObjectChange): string[] {
  const parts = (splitIdentity(change.from ?? change.identity) ?? []).map(unquoteIdentifier);
  switch (change.kind) {
    case "column":
      return parts.slice(-2);
    case "constraint":
    case "index":
    case "trigger":
    case "policy":
    case "rule":
    case "statistics":
    case "event trigger":
    case "publication":
    case "subscription":
    case "user mapping":
    case "transform":
    case "language":
    case "access method":
    case "default privileges":
    case "parameter":
    case "large object":
    case "schema":
    case "extension":
    case "role":
    case "tablespace":
    case "database":
      return [];
    default:
      return parts.slice(-1);
  }
}

function wholeWord(word: string): string {
  return `\\m${word.replace(/[^\p{L}\p{N}_]/gu, "\\$&")}\\M`;
}

function tableOf(column: string): string {
  return (splitIdentity(column) ?? []).slice(0, -1).join(".");
}

function refOf(changes: readonly ObjectChange[], n: number): ObjectRef {
  const change = changes[n] as ObjectChange;
  return { kind: change.kind, identity: change.identity };
}

/** A recorded dependency says more than a mention of the same object. */
function withoutTwins(all: readonly Dependent[]): Dependent[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const key = `${one.kind} ${one.identity}`;
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}
