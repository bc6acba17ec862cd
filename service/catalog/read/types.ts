import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import type { AttributeValue, Kind } from "../model.ts";
import { addToSchema, type Gathering, unless, whenTrue } from "./gathering.ts";
import { isGeneratedName } from "./parts.ts";

interface TypeRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
}

export interface EnumRow extends TypeRow {
  readonly labels: string[] | null;
}

export interface CompositeRow extends TypeRow {
  /** OID of its row in pg_class, which holds the fields. */
  readonly relation: string;
  readonly numbers: number[] | null;
  readonly names: string[] | null;
  readonly types: string[] | null;
}

export interface DomainRow extends TypeRow {
  readonly type: string;
  readonly not_null: boolean;
  /** Before PostgreSQL 17 a NOT NULL had no name. */
  readonly not_null_name: string | null;
  readonly default: string | null;
  readonly collation: string | null;
  readonly constraint_oids: string[] | null;
  readonly constraint_names: string[] | null;
  readonly constraints: string[] | null;
}

export interface RangeRow extends TypeRow {
  readonly subtype: string;
  readonly multirange: string;
  readonly collation: string | null;
  readonly opclass: string | null;
  readonly canonical: string | null;
  readonly subtype_diff: string | null;
}

export interface BaseTypeRow extends TypeRow {
  /** False for a shell: a name that CREATE TYPE announced, to be filled later. */
  readonly defined: boolean;
  readonly input: string;
  readonly output: string;
  readonly receive: string | null;
  readonly send: string | null;
  readonly modifier_input: string | null;
  readonly modifier_output: string | null;
  readonly analyze: string | null;
  readonly subscript: string | null;
  readonly length: number;
  readonly by_value: boolean;
  readonly alignment: string;
  readonly storage: string;
  readonly category: string;
  readonly preferred: boolean;
  readonly delimiter: string;
  readonly element: string | null;
  readonly default: string | null;
  readonly collatable: boolean;
}

/** pg_type.typalign and typstorage as CREATE TYPE calls them, less what it assumes. */
const ALIGNMENTS: Readonly<Record<string, string>> = { c: "char", s: "int2", d: "double" };
const STORAGES: Readonly<Record<string, string>> = { e: "external", x: "extended", m: "main" };

export function gatherEnums(gathering: Gathering, rows: readonly EnumRow[]): void {
  for (const row of rows) addType(gathering, "enum", row, { values: row.labels ?? [] });
}

export function gatherComposites(gathering: Gathering, rows: readonly CompositeRow[]): void {
  for (const row of rows) {
    const types = row.types ?? [];
    const fields = (row.names ?? []).map((name, index) => `${quoteIdentifier(name)} ${types[index]}`);
    const fieldComments = (row.numbers ?? []).flatMap((number, index) => {
      const comment = gathering.comments.get(`pg_class:${row.relation}:${number}`);
      return comment === undefined ? [] : [`${quoteIdentifier(row.names?.[index] ?? "")}: ${comment}`];
    });
    addType(gathering, "composite type", row, { fields, fieldComments });
  }
}

export function gatherDomains(gathering: Gathering, rows: readonly DomainRow[]): void {
  for (const row of rows) {
    const definitions = row.constraints ?? [];
    const constraintComments = (row.constraint_oids ?? []).flatMap((oid, index) => {
      const comment = gathering.comments.get(`pg_constraint:${oid}:0`);
      return comment === undefined
        ? []
        : [`${quoteIdentifier(row.constraint_names?.[index] ?? "")}: ${comment}`];
    });
    addType(gathering, "domain", row, {
      type: row.type,
      notNull: whenTrue(row.not_null),
      notNullName:
        row.not_null_name === null || isGeneratedName(row.not_null_name) ? null : row.not_null_name,
      default: row.default,
      collation: row.collation,
      constraints: (row.constraint_names ?? []).map(
        (name, index) => `${quoteIdentifier(name)}: ${definitions[index]}`,
      ),
      constraintComments,
    });
  }
}

export function gatherRanges(gathering: Gathering, rows: readonly RangeRow[]): void {
  for (const row of rows) {
    addType(gathering, "range type", row, {
      subtype: row.subtype,
      multirange: row.multirange,
      collation: row.collation,
      opclass: row.opclass,
      canonical: row.canonical,
      subtypeDiff: row.subtype_diff,
    });
  }
}

export function gatherBaseTypes(gathering: Gathering, rows: readonly BaseTypeRow[]): void {
  for (const row of rows)
    addType(gathering, "base type", row, row.defined ? ofBaseType(row) : { shell: true });
}

function ofBaseType(row: BaseTypeRow): Readonly<Record<string, AttributeValue>> {
  return {
    input: row.input,
    output: row.output,
    receive: row.receive,
    send: row.send,
    modifierInput: row.modifier_input,
    modifierOutput: row.modifier_output,
    analyze: row.analyze,
    subscript: row.subscript,
    length: unless(row.length, -1),
    byValue: whenTrue(row.by_value),
    alignment: ALIGNMENTS[row.alignment] ?? null,
    storage: STORAGES[row.storage] ?? null,
    category: unless(row.category, "U"),
    preferred: whenTrue(row.preferred),
    delimiter: unless(row.delimiter, ","),
    element: row.element,
    default: row.default,
    collatable: whenTrue(row.collatable),
  };
}

function addType(
  gathering: Gathering,
  kind: Kind,
  row: TypeRow,
  attributes: Readonly<Record<string, AttributeValue>>,
): void {
  addToSchema(gathering, row.schema, {
    kind,
    name: row.name,
    catalog: "pg_type",
    oid: row.oid,
    version: row.version,
    attributes: {
      owner: row.owner,
      ...attributes,
      grants: readGrants(row.acl, "type", row.owner, gathering.serverVersionNum),
    },
  });
}
