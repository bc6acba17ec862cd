import type { CatalogRows } from "./catalogs.ts";
import type { ColumnRow } from "./columns.ts";
import type { ConstraintRow, IndexRow } from "./parts.ts";
import type { TableRow, ViewRow } from "./relations.ts";

/** How the rows of one kind travel as lines. */
interface Shape<Row> {
  /** Fields that are arrays of texts; they travel as JSON. */
  readonly lists: readonly (keyof Row & string)[];
  /** Makes a row of the texts of its fields, which it takes in their order; the OID of its relation comes first. */
  row(next: () => string): Row;
}

/** Null comes as an empty text; nothing that can be null is ever empty. */
const orNull = (text: string): string | null => (text === "" ? null : text);
const flag = (text: string): boolean => text === "t";
const flagOrNull = (text: string): boolean | null => (text === "" ? null : flag(text));
const numberOrNull = (text: string): number | null => (text === "" ? null : Number(text));
const list = (text: string): string[] | null => (text === "" ? null : JSON.parse(text));
/** `{1,2}`, or `[0:1]={1,2}` where it begins with another number than 1. */
function numbers(text: string): number[] {
  const items = text.slice(text.indexOf("{") + 1, -1);
  return items === "" ? [] : items.split(",").map(Number);
}
const numbersOrNull = (text: string): number[] | null => (text === "" ? null : numbers(text));

const tables: Shape<TableRow> = {
  lists: ["acl", "options"],
  row: (next) => ({
    oid: next(),
    schema: next(),
    name: next(),
    version: next(),
    owner: next(),
    acl: list(next()),
    persistence: next(),
    partition_by: orNull(next()),
    bound: orNull(next()),
    partition: flag(next()),
    options: list(next()),
    row_security: flag(next()),
    force_row_security: flag(next()),
    constraints_off: flag(next()),
    replica_identity: next(),
    identity_index: orNull(next()),
    identity_index_name: orNull(next()),
    access_method: orNull(next()),
    tablespace: orNull(next()),
    of_type: orNull(next()),
  }),
};

const views: Shape<ViewRow> = {
  lists: ["acl", "options"],
  row: (next) => ({
    oid: next(),
    schema: next(),
    name: next(),
    materialized: flag(next()),
    version: next(),
    owner: next(),
    acl: list(next()),
    options: list(next()),
    populated: flag(next()),
    definition: next(),
    access_method: orNull(next()),
    tablespace: orNull(next()),
  }),
};

const columns: Shape<ColumnRow> = {
  lists: ["options", "acl"],
  row: (next) => ({
    relation: next(),
    number: Number(next()),
    name: next(),
    version: next(),
    default_version: orNull(next()),
    type: next(),
    not_null: flag(next()),
    expression: orNull(next()),
    identity: next(),
    generated: next(),
    collation: orNull(next()),
    storage: orNull(next()),
    compression: next(),
    statistics: numberOrNull(next()),
    options: list(next()),
    local: flag(next()),
    acl: list(next()),
  }),
};

const constraints: Shape<ConstraintRow> = {
  lists: ["options"],
  row: (next) => ({
    relation: next(),
    oid: next(),
    name: next(),
    version: next(),
    type: next(),
    definition: next(),
    valid: flag(next()),
    enforced: flag(next()),
    deferrable: flag(next()),
    deferred: flag(next()),
    no_inherit: flag(next()),
    local: flag(next()),
    columns: numbersOrNull(next()),
    target: next(),
    target_name: orNull(next()),
    target_columns: numbersOrNull(next()),
    on_update: next(),
    on_delete: next(),
    index: orNull(next()),
    options: list(next()),
    tablespace: orNull(next()),
    clustered: flagOrNull(next()),
  }),
};

const indexes: Shape<IndexRow> = {
  lists: ["expressions", "statistics", "options"],
  row: (next) => ({
    relation: next(),
    oid: next(),
    name: next(),
    version: next(),
    definition: next(),
    unique: flag(next()),
    valid: flag(next()),
    ready: flag(next()),
    nulls_not_distinct: flag(next()),
    clustered: flag(next()),
    replica_identity: flag(next()),
    method: next(),
    columns: numbers(next()),
    key_count: Number(next()),
    expressions: list(next()),
    predicate: orNull(next()),
    statistics: list(next()),
    options: list(next()),
    tablespace: orNull(next()),
  }),
};

/**
 * Kinds of which a large database has tens of thousands, in the order in which they are gathered. The server makes a view's
 * definition while the parts of tables are gathered; the parts of views come after them.
 */
export const SHAPES = { tables, columns, constraints, indexes, views } satisfies {
  readonly [Name in keyof CatalogRows]?: Shape<CatalogRows[Name][number]>;
};

export type Lined = keyof typeof SHAPES;

/** The fields of a kind, in the order in which its rows take them. */
export const fieldsOf = (name: Lined): string[] => Object.keys(SHAPES[name].row(() => ""));

export const LINED = Object.keys(SHAPES) as readonly Lined[];
