import { forServer } from "../version.ts";
import { type CatalogRows, STATEMENTS } from "./catalogs.ts";

/** Between fields and between rows: ASCII's unit and record separators, which stand in no name that anybody would choose. */
const UNIT = "\x1f";
const RECORD = "\x1e";

/**
 * How a field travels: "text" comes as null where it is empty, "letter" as it is, "flag" as t or f, "list" as JSON, "numbers" as
 * the server's array.
 */
type FieldKind = "text" | "letter" | "flag" | "number" | "list" | "numbers";

type Shape<Row> = Readonly<Record<keyof Row & string, FieldKind>>;

/** Kinds of which a large database has tens of thousands, with what each of their rows holds, that of its relation first. */
const SHAPES = {
  tables: {
    oid: "text",
    schema: "text",
    name: "text",
    version: "text",
    owner: "text",
    acl: "list",
    persistence: "letter",
    partition_by: "text",
    bound: "text",
    partition: "flag",
    options: "list",
    row_security: "flag",
    force_row_security: "flag",
    constraints_off: "flag",
    replica_identity: "letter",
    identity_index: "text",
    identity_index_name: "text",
    access_method: "text",
    tablespace: "text",
    of_type: "text",
  },
  views: {
    oid: "text",
    schema: "text",
    name: "text",
    materialized: "flag",
    version: "text",
    owner: "text",
    acl: "list",
    options: "list",
    populated: "flag",
    definition: "text",
    access_method: "text",
    tablespace: "text",
  },
  columns: {
    relation: "text",
    number: "number",
    name: "text",
    version: "text",
    default_version: "text",
    type: "text",
    not_null: "flag",
    expression: "text",
    identity: "letter",
    generated: "letter",
    collation: "text",
    storage: "text",
    compression: "letter",
    statistics: "number",
    options: "list",
    local: "flag",
    acl: "list",
  },
  constraints: {
    relation: "text",
    oid: "text",
    name: "text",
    version: "text",
    type: "letter",
    definition: "text",
    valid: "flag",
    enforced: "flag",
    deferrable: "flag",
    deferred: "flag",
    no_inherit: "flag",
    local: "flag",
    columns: "numbers",
    target: "text",
    target_name: "text",
    target_columns: "numbers",
    on_update: "letter",
    on_delete: "letter",
    index: "text",
    options: "list",
    tablespace: "text",
    clustered: "flag",
  },
  indexes: {
    relation: "text",
    oid: "text",
    name: "text",
    version: "text",
    definition: "text",
    unique: "flag",
    valid: "flag",
    ready: "flag",
    nulls_not_distinct: "flag",
    clustered: "flag",
    replica_identity: "flag",
    method: "text",
    columns: "numbers",
    key_count: "number",
    expressions: "list",
    predicate: "text",
    statistics: "list",
    options: "list",
    tablespace: "text",
  },
} satisfies { readonly [Name in keyof CatalogRows]?: Shape<CatalogRows[Name][number]> };

export type Lined = keyof typeof SHAPES;

/** The kinds, in the order in which they are gathered. */
export const LINED = Object.keys(SHAPES) as readonly Lined[];

/**
 * A statement that answers all rows of a kind as `count` and one `text`, a fifth of what they are as JSON and made in half
 * of the time. They come in the server's order.
 */
export function asLines(name: Lined, version: number): string {
  const fields = Object.entries(SHAPES[name]).map(([field, kind]) =>
    kind === "list" ? `to_json(r."${field}")` : `r."${field}"`,
  );
  const statement = forServer(STATEMENTS[name], version).replace(/\norder by [\w., ]+\s*$/, "");
  return `select count(*)::text as count, coalesce(string_agg(concat(${fields.join(`, E'\\x1f', `)}), E'\\x1e'), '') as text
    from (\n${statement.trim()}\n) r`;
}

/** Rows that are made one by one, where they are asked for. */
export interface Lines<Row> {
  readonly count: number;
  /** OID of the relation that the row at a place is of. */
  relationAt(place: number): string;
  /** Number of a column. */
  numberAt(place: number): number;
  rowAt(place: number): Row;
}

/**
 * The rows of an answer to `asLines`. Null when something in it holds one of the separators: then it is to be read as
 * JSON.
 */
export function readLines<Name extends Lined>(
  name: Name,
  count: number,
  text: string,
): Lines<CatalogRows[Name][number]> | null {
  const fields = Object.entries(SHAPES[name]);
  const starts = placesOf(text, count);
  let units = 0;
  for (let at = text.indexOf(UNIT); at >= 0; at = text.indexOf(UNIT, at + 1)) units += 1;
  // A separator within a value is one too many.
  if (starts === null || units !== count * (fields.length - 1)) return null;
  const start = (place: number) => starts[place] as number;
  return {
    count,
    relationAt: (place) => text.slice(start(place), text.indexOf(UNIT, start(place))),
    numberAt: (place) => {
      const from = text.indexOf(UNIT, start(place)) + 1;
      return Number(text.slice(from, text.indexOf(UNIT, from)));
    },
    rowAt: (place) => {
      const values = text.slice(start(place), start(place + 1) - 1).split(UNIT);
      const row: Record<string, unknown> = {};
      fields.forEach(([field, kind], at) => {
        row[field] = readField(kind, values[at] ?? "");
      });
      return row as unknown as CatalogRows[Name][number];
    },
  };
}

/** Where each of so many rows begins, and one more for the end; null when there are more or fewer. */
function placesOf(text: string, count: number): Uint32Array | null {
  const starts = new Uint32Array(count + 1);
  let row = 0;
  for (let at = text.indexOf(RECORD); at >= 0; at = text.indexOf(RECORD, at + 1)) {
    row += 1;
    if (row >= count) return null;
    starts[row] = at + 1;
  }
  starts[count] = text.length + 1;
  return row === Math.max(0, count - 1) ? starts : null;
}

function readField(kind: FieldKind, text: string): unknown {
  if (kind === "letter") return text;
  if (text === "") return null;
  if (kind === "text") return text;
  if (kind === "flag") return text === "t";
  if (kind === "number") return Number(text);
  if (kind === "list") return JSON.parse(text);
  return text.length === 2 ? [] : text.slice(1, -1).split(",").map(Number);
}
