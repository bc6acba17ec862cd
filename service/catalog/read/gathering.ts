import { quoteIdentifier } from "../identifier.ts";
import type { Attributes, AttributeValue, CatalogObject, Kind } from "../model.ts";

/** OIDs of the catalogs that addresses and comments name; fixed by PostgreSQL's headers. */
const CATALOGS = {
  pg_class: "1259",
  pg_constraint: "2606",
  pg_extension: "3079",
  pg_namespace: "2615",
  pg_policy: "3256",
  pg_proc: "1255",
  pg_trigger: "2620",
  pg_type: "1247",
} as const;

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
}

/** The comments by address. */
export function commentsByAddress(rows: readonly CommentRow[]): Map<string, string> {
  const names = new Map<string, string>(Object.entries(CATALOGS).map(([name, oid]) => [oid, name]));
  const comments = new Map<string, string>();
  for (const row of rows) {
    const catalog = names.get(row.catalog);
    if (catalog !== undefined) comments.set(`${catalog}:${row.oid}:${row.sub}`, row.description);
  }
  return comments;
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

/** Adds an object that lives in a schema; `suffix` is a function's argument list. Undefined when its schema is not looked at. */
export function addToSchema(
  gathering: Gathering,
  schema: string,
  found: Found,
  suffix = "",
): CatalogObject | undefined {
  const parent = gathering.schemas.get(schema);
  if (parent === undefined) return undefined;
  const identity = `${parent}.${quoteIdentifier(found.name)}${suffix}`;
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

/** Adds an object of the database itself. */
export function addToDatabase(gathering: Gathering, found: Found): CatalogObject {
  return add(gathering, found, quoteIdentifier(found.name), undefined);
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
    attributes: compact(found.attributes, comment),
  };
  gathering.objects.push(object);
  return object;
}

/** Leaves out what is at its default: null and empty lists. */
function compact(attributes: Found["attributes"], comment: string | undefined): Attributes {
  const result: Record<string, AttributeValue> = {};
  for (const key in attributes) {
    const value = attributes[key];
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    result[key] = value;
  }
  if (comment !== undefined) result.comment = comment;
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
