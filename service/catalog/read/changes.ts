import { breathe } from "../../breathe.ts";
import type { Sql } from "../../postgres/types.ts";
import {
  type CatalogObject,
  compareObjects,
  type Kind,
  PARTS,
  type Snapshot,
  type Standing,
} from "../model.ts";
import changedSql from "../sql/changed.sql" with { type: "text" };
import dependentsSql from "../sql/dependents.sql" with { type: "text" };
import { forServer } from "../version.ts";
import { parseCatalogs } from "./careful.ts";
import { ALL_AT_ONCE } from "./catalogs.ts";
import { beginGathering, type Gathering } from "./gathering.ts";
import { KnownColumns, oidOf, oidsOf } from "./known.ts";
import { STEPS } from "./steps.ts";

/** Above this many relations or routines a whole look costs less. */
const MOST = 2000;
/** Xids come again after 2^32 transactions; rows are told apart within half of that (manual, 24.1.5). */
const XIDS_APART = 2n ** 30n;

/** Kinds of which only what changed is read again; all others are read whole. */
const FINE: ReadonlySet<Kind> = new Set<Kind>([
  "table",
  "foreign table",
  "view",
  "materialized view",
  "sequence",
  "column",
  "constraint",
  "index",
  "trigger",
  "policy",
  "function",
  "procedure",
]);
/** Parts that are read again with their relation; rules are read whole. */
const FINE_PARTS: ReadonlySet<Kind> = PARTS.intersection(FINE);

interface ChangedRow {
  readonly relations: string;
  readonly routines: string;
  readonly places: string;
  readonly [catalog: string]: string | null;
}

/** What was read again, and of the earlier objects those that it takes the place of. */
export interface Changes {
  readonly gathering: Gathering;
  readonly gone: readonly CatalogObject[];
}

/** What is to be read again. A relation stands for its columns, constraints, indexes, triggers and policies too. */
interface Scope {
  readonly relations: Set<string>;
  readonly routines: Set<string>;
}

/**
 * Reads again what changed since the look that `previous` and `before` are of: relations and routines with new row
 * versions, those that lost something, those whose texts name one of them; and every object of the other kinds. Null when
 * a whole look is called for: something changed that many texts may name (a role, a schema), or too much did.
 */
export async function gatherChanges(
  tx: Sql,
  version: number,
  previous: Snapshot,
  before: Standing,
  now: Standing,
): Promise<Changes | null> {
  if (now.under !== before.under || now.horizon < before.horizon) return null;
  if (now.horizon - before.horizon > XIDS_APART) return null;
  if (now.members !== before.members || renamedAny(before.names, now.names)) return null;
  const xid = String(before.horizon % 2n ** 32n);
  const [row] = await tx.query<ChangedRow>(changedSql, [xid]);
  if (row === undefined) throw new Error("the server answered without a row");
  const scope: Scope = {
    relations: new Set(JSON.parse(row.relations)),
    routines: new Set(JSON.parse(row.routines)),
  };
  const places = [...(JSON.parse(row.places) as [string, string][]), ...lost(before.places, now.places)];
  for (const line of differing(before.owned, now.owned)) {
    const [sequence = "", table = ""] = line.split(":");
    scope.relations.add(sequence).add(table);
  }
  addVanished(scope, previous.objects, row);
  const asked = new Set([...scope.relations, ...scope.routines]);
  if (!(await addDependents(tx, scope, { ...scope, types: [] }, places))) return null;
  for (;;) {
    const gathering = await readScope(tx, version, previous.objects, scope);
    await breathe();
    const gone = replacedBy(scope, previous.objects);
    const size = scope.relations.size + scope.routines.size;
    // Another name of something that was read may stand in texts that were not.
    const renamed = renamedAmong(gone, gathering.objects, asked);
    if (!(await addDependents(tx, scope, renamed, []))) return null;
    if (size === scope.relations.size + scope.routines.size) return { gathering, gone };
  }
}

/** Reads what is in scope, and the small kinds whole, as one statement; what it names of the rest is known from before. */
async function readScope(
  tx: Sql,
  version: number,
  previous: readonly CatalogObject[],
  { relations, routines }: Scope,
): Promise<Gathering> {
  const [texts] = await tx.query<Record<string, string>>(forServer(ALL_AT_ONCE, version, true), [
    [...relations],
    [...routines],
  ]);
  const rows = parseCatalogs(texts ?? {});
  const gathering: Gathering = {
    ...beginGathering(version, rows.comments, rows.security_labels),
    columns: new KnownColumns(previous),
  };
  for (const object of previous) {
    const oid = FINE_PARTS.has(object.kind) ? null : oidOf(object, "pg_class");
    if (oid !== null && object.kind !== "sequence" && !relations.has(oid))
      gathering.relations.set(oid, object);
  }
  for (const step of STEPS) step.gather(gathering, rows);
  return gathering;
}

/** Adds what is not there any more: its table is to be read again, or nothing is there to be read. */
function addVanished(scope: Scope, objects: readonly CatalogObject[], row: ChangedRow): void {
  const oids = new Map<string, string>();
  for (const object of objects) {
    const oid = FINE_PARTS.has(object.kind) ? null : oidOf(object, "pg_class");
    if (oid !== null) oids.set(object.identity, oid);
  }
  const live = new Map<string, ReadonlySet<number>>();
  for (const object of objects) {
    if (object.kind === "column" || !FINE.has(object.kind)) continue;
    const { address = "" } = object;
    const colon = address.indexOf(":");
    const catalog = address.slice(0, colon);
    const oid = address.slice(colon + 1, address.lastIndexOf(":"));
    let known = live.get(catalog);
    if (known === undefined) {
      known = oidsOf(row[catalog]);
      live.set(catalog, known);
    }
    if (known.has(Number(oid))) continue;
    if (catalog === "pg_proc") scope.routines.add(oid);
    else if (FINE_PARTS.has(object.kind)) scope.relations.add(oids.get(object.parent?.identity ?? "") ?? oid);
    else {
      scope.relations.add(oid);
      const { partitionOf, inherits } = object.attributes;
      for (const parent of [partitionOf, inherits].flat())
        if (typeof parent === "string") scope.relations.add(oids.get(parent) ?? oid);
    }
  }
}

/** Adds `changed`, and what names something of it. False when that is too much. */
async function addDependents(
  tx: Sql,
  scope: Scope,
  changed: { relations: Iterable<string>; routines: Iterable<string>; types: readonly string[] },
  places: readonly (readonly [string, string])[],
): Promise<boolean> {
  const [relations, routines] = [[...changed.relations], [...changed.routines]];
  if (relations.length + routines.length > MOST) return false;
  if (relations.length + routines.length + changed.types.length + places.length === 0) return true;
  const [row] = await tx.query<{ relations: string; routines: string }>(dependentsSql, [
    relations,
    routines,
    changed.types,
    places.map(([catalog]) => catalog),
    places.map(([, oid]) => oid),
  ]);
  for (const oid of JSON.parse(row?.relations ?? "[]")) scope.relations.add(oid);
  for (const oid of JSON.parse(row?.routines ?? "[]")) scope.routines.add(oid);
  return scope.relations.size + scope.routines.size <= MOST;
}

/** The objects of `previous` that were read again: those in scope, and the small kinds. */
function replacedBy({ relations, routines }: Scope, previous: readonly CatalogObject[]): CatalogObject[] {
  const isRead = (object: CatalogObject) => relations.has(oidOf(object, "pg_class") ?? "");
  const homes = new Set<string>();
  for (const object of previous)
    if (!FINE_PARTS.has(object.kind) && isRead(object)) homes.add(object.identity);
  return previous.filter((object) => {
    if (FINE_PARTS.has(object.kind)) return homes.has(object.parent?.identity ?? "");
    return !FINE.has(object.kind) || isRead(object) || routines.has(oidOf(object, "pg_proc") ?? "");
  });
}

/**
 * What goes by another name than before and was not asked for yet; base types also when they were altered, as what they
 * store by default is told with columns.
 */
function renamedAmong(gone: readonly CatalogObject[], come: readonly CatalogObject[], asked: Set<string>) {
  const before = new Map(
    gone.filter(({ kind }) => !FINE_PARTS.has(kind)).map((object) => [object.address, object]),
  );
  const renamed = { relations: [] as string[], routines: [] as string[], types: [] as string[] };
  for (const object of come) {
    const old = FINE_PARTS.has(object.kind) ? undefined : before.get(object.address);
    if (old === undefined) continue;
    const altered = object.kind === "base type" && old.version !== object.version;
    if (!altered && old.identity === object.identity) continue;
    const [relation, routine, type] = [
      oidOf(object, "pg_class"),
      oidOf(object, "pg_proc"),
      oidOf(object, "pg_type"),
    ];
    const oid = relation ?? routine ?? type;
    if (oid === null || asked.has(oid)) continue;
    asked.add(oid);
    if (relation !== null) renamed.relations.push(oid);
    else if (routine !== null) renamed.routines.push(oid);
    else renamed.types.push(oid);
  }
  return renamed;
}

/** Whether something that was there goes by another name now. What is new is named nowhere yet. */
function renamedAny(before: string | null, now: string | null): boolean {
  if (before === now) return false;
  const nameOf = (line: string) => /^(\D+ \d+) (.*)$/s.exec(line) ?? [];
  const names = new Map((now ?? "").split("\n").map((line) => nameOf(line).slice(1) as [string, string]));
  return (before ?? "").split("\n").some((line) => {
    const [, key = "", name] = nameOf(line);
    return names.has(key) && names.get(key) !== name;
  });
}

/** Items of two lists that only one of them has. */
function differing(before: string | null, now: string | null): string[] {
  if (before === now) return [];
  const [left, right] = [new Set((before ?? "").split(",")), new Set((now ?? "").split(","))];
  return [...left.symmetricDifference(right)].filter((item) => item !== "");
}

/** Places that had a comment or a label and have none now. */
function lost(before: string | null, now: string | null): [string, string][] {
  if (before === now) return [];
  // Several on one object: one less is one place less.
  const count = new Map<string, number>();
  for (const place of (now ?? "").split(",")) count.set(place, (count.get(place) ?? 0) + 1);
  const missing = (before ?? "").split(",").filter((place) => {
    const left = count.get(place) ?? 0;
    count.set(place, left - 1);
    return left <= 0 && place !== "";
  });
  return missing.map((place) => place.split(":") as [string, string]);
}

/** `kept` and `come`, both sorted, as one sorted list: few come, so their places are searched for. */
export function mergeObjects(
  kept: readonly CatalogObject[],
  come: readonly CatalogObject[],
): readonly CatalogObject[] {
  const merged: CatalogObject[] = [];
  let from = 0;
  for (const object of come) {
    let [low, high] = [from, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareObjects(kept[middle] as CatalogObject, object) < 0) low = middle + 1;
      else high = middle;
    }
    for (; from < low; from += 1) merged.push(kept[from] as CatalogObject);
    merged.push(object);
  }
  for (; from < kept.length; from += 1) merged.push(kept[from] as CatalogObject);
  return merged;
}
