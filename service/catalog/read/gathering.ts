import { quoteIdentifier } from "../identifier.ts";
import type { Attributes, AttributeValue, CatalogObject, Kind } from "../model.ts";
import { isStandardDatabaseComment } from "./database.ts";

/** OIDs of the catalogs that addresses, comments and security labels name; fixed by PostgreSQL's headers. */
const CATALOGS = {
  pg_am: "2601",
  pg_authid: "1260",
  pg_auth_members: "1261",
  pg_cast: "2605",
  pg_class: "1259",
  pg_collation: "3456",
  pg_constraint: "2606",
  pg_conversion: "2607",
  pg_database: "1262",
  pg_db_role_setting: "2964",
  pg_default_acl: "826",
  pg_event_trigger: "3466",
  pg_extension: "3079",
  pg_foreign_data_wrapper: "2328",
  pg_foreign_server: "1417",
  pg_language: "2612",
  pg_largeobject: "2613",
  pg_namespace: "2615",
  pg_opclass: "2616",
  pg_operator: "2617",
  pg_opfamily: "2753",
  pg_parameter_acl: "6243",
  pg_policy: "3256",
  pg_proc: "1255",
  pg_publication: "6104",
  pg_rewrite: "2618",
  pg_statistic_ext: "3381",
  pg_subscription: "6100",
  pg_tablespace: "1213",
  pg_transform: "3576",
  pg_trigger: "2620",
  pg_ts_config: "3602",
  pg_ts_dict: "3600",
  pg_ts_parser: "3601",
  pg_ts_template: "3764",
  pg_type: "1247",
  pg_user_mapping: "1418",
} as const;

const CATALOG_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(CATALOGS).map(([name, oid]) => [oid, name]),
);

export type CatalogName = keyof typeof CATALOGS;

export interface CommentRow {
  readonly catalog: string;
  readonly oid: string;
  readonly sub: number;
  readonly description: string;
}

/** What the readers share while one snapshot is put together: the objects so far, and who is who by OID. */
export interface Gathering {
  readonly serverVersionNum: number;
  readonly objects: CatalogObject[];
  /** Schemas by OID; objects of other schemas (temporary, toast) are not looked at. */
  readonly schemas: Map<string, string>;
  /** Tables, views and materialized views by OID. */
  readonly relations: Map<string, CatalogObject>;
  /** Column names by relation OID and attribute number. */
  readonly columns: Map<string, Map<number, string>>;
  readonly comments: ReadonlyMap<string, string>;
  /** Security labels by address, `provider: label`, sorted. */
  readonly labels: ReadonlyMap<string, readonly string[]>;
  /** What this role may not read, in words with a count. */
  readonly unreadable: string[];
  /** Kinds of which not all objects are gathered. */
  readonly partial: Kind[];
}

/** An empty gathering of what a server of this version holds. */
export function beginGathering(
  serverVersionNum: number,
  comments: readonly CommentRow[],
  labels: readonly LabelRow[],
): Gathering {
  const told = commentsByAddress(comments);
  for (const [address, comment] of told)
    if (isStandardComment(address, comment) || isStandardDatabaseComment(address, comment))
      told.delete(address);
  return {
    serverVersionNum,
    objects: [],
    schemas: new Map(),
    relations: new Map(),
    columns: new Map(),
    comments: told,
    labels: labelsByAddress(labels),
    unreadable: [],
    partial: [],
  };
}

/** What initdb writes on the schema public; not the user's word. */
const STANDARD_COMMENT = "standard public schema";

/** Whether a comment on the schema public is the one that initdb wrote. */
const isStandardComment = (address: string, comment: string): boolean =>
  address === "pg_namespace:2200:0" && comment === STANDARD_COMMENT;

/** The comments by address. */
function commentsByAddress(rows: readonly CommentRow[]): Map<string, string> {
  const comments = new Map<string, string>();
  for (const row of rows) {
    const catalog = CATALOG_NAMES.get(row.catalog);
    if (catalog !== undefined) comments.set(`${catalog}:${row.oid}:${row.sub}`, row.description);
  }
  return comments;
}

export interface LabelRow {
  readonly catalog: string;
  readonly oid: string;
  readonly sub: number;
  readonly provider: string;
  readonly label: string;
}

/** The security labels by address. */
function labelsByAddress(rows: readonly LabelRow[]): Map<string, readonly string[]> {
  const labels = new Map<string, string[]>();
  for (const row of rows) {
    const catalog = CATALOG_NAMES.get(row.catalog);
    if (catalog === undefined) continue;
    const address = `${catalog}:${row.oid}:${row.sub}`;
    labels.set(address, [...(labels.get(address) ?? []), `${row.provider}: ${row.label}`].sort());
  }
  return labels;
}

interface Found {
  readonly kind: Kind;
  readonly name: string;
  readonly catalog: CatalogName;
  readonly oid: string;
  readonly sub?: number;
  readonly version: string;
  readonly attributes: Readonly<Record<string, AttributeValue | undefined>>;
}

/**
 * Adds an object that lives in a schema; `suffix` is a function's argument list, `written` the name as SQL has it.
 * Undefined when its schema is not looked at.
 */
export function addToSchema(
  gathering: Gathering,
  schema: string,
  found: Found,
  suffix = "",
  written = quoteIdentifier(found.name),
): CatalogObject | undefined {
  const parent = gathering.schemas.get(schema);
  if (parent === undefined) return undefined;
  const identity = `${parent}.${written}${suffix}`;
  return add(gathering, found, identity, { kind: "schema", identity: parent });
}

/** Adds a part of a table or view. Undefined when that is not looked at. */
export function addToRelation(
  gathering: Gathering,
  relation: string,
  found: Found,
): CatalogObject | undefined {
  const parent = gathering.relations.get(relation);
  if (parent === undefined) return undefined;
  // An index lives in its table's schema and shares its names; the other parts are named below their table.
  const prefix = found.kind === "index" ? parent.parent?.identity : parent.identity;
  const { kind, identity } = parent;
  return add(gathering, found, `${prefix}.${quoteIdentifier(found.name)}`, { kind, identity });
}

/** Adds an object of the database itself, or with a `parent` of its own; `identity` where it is not the plain name. */
export function addToDatabase(
  gathering: Gathering,
  found: Found,
  identity = quoteIdentifier(found.name),
  parent?: CatalogObject["parent"],
): CatalogObject {
  return add(gathering, found, identity, parent);
}

function add(
  gathering: Gathering,
  found: Found,
  identity: string,
  parent: CatalogObject["parent"],
): CatalogObject {
  const address = `${found.catalog}:${found.oid}:${found.sub ?? 0}`;
  const comment = gathering.comments.get(address);
  const object: CatalogObject = {
    kind: found.kind,
    name: found.name,
    identity,
    ...(parent === undefined ? {} : { parent }),
    address,
    version: found.version,
    attributes: compact(found.attributes, comment, gathering.labels.get(address)),
  };
  gathering.objects.push(object);
  return object;
}

/** Leaves out what is at its default: null and empty lists. */
function compact(
  attributes: Found["attributes"],
  comment: string | undefined,
  labels: readonly string[] | undefined,
): Attributes {
  const result: Record<string, AttributeValue> = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    result[key] = value;
  }
  if (comment !== undefined) result.comment = comment;
  if (labels !== undefined) result.securityLabels = labels;
  return result;
}

/** For attributes that are told only when true. */
export const whenTrue = (value: boolean | null): true | null => (value === true ? true : null);

/** For attributes that are told only when false. */
export const whenFalse = (value: boolean | null): false | null => (value === false ? false : null);

/** For attributes with a usual value that is left out. */
export const unless = <T>(value: T, usual: T): T | null => (value === usual ? null : value);

/** An int8 as a number where that is exact, else as its digits. */
export function exactNumber(digits: string): number | string {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

/** Options are a set: sorted, so that their order is no difference. */
export const sorted = (list: readonly string[] | null): string[] => [...(list ?? [])].sort();
