import { readGrants } from "../grants.ts";
import type { AttributeValue } from "../model.ts";
import { addToRelation, type Gathering, sorted, whenFalse, whenTrue } from "./gathering.ts";
import { identityOptions, type SequenceRow } from "./sequences.ts";

export interface ColumnRow {
  readonly relation: string;
  readonly number: number;
  readonly name: string;
  readonly version: string;
  readonly default_version: string | null;
  readonly type: string;
  readonly not_null: boolean;
  readonly expression: string | null;
  readonly identity: string;
  readonly generated: string;
  readonly collation: string | null;
  readonly storage: string | null;
  readonly compression: string;
  /** Null, or -1 before PostgreSQL 17, when not set. */
  readonly statistics: number | null;
  readonly options: string[] | null;
  readonly local: boolean;
  readonly acl: string[] | null;
}

/** PostgreSQL 18's NOT NULL constraints with generated names: told as the column's. */
export interface NotNull {
  readonly valid: boolean;
  readonly noInherit: boolean;
  readonly oid: string;
  readonly version: string;
}

const IDENTITY: Readonly<Record<string, string>> = { a: "ALWAYS", d: "BY DEFAULT" };
const GENERATED: Readonly<Record<string, string>> = { s: "STORED", v: "VIRTUAL" };
const STORAGE: Readonly<Record<string, string>> = { p: "PLAIN", e: "EXTERNAL", x: "EXTENDED", m: "MAIN" };
const COMPRESSION: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

/** Adds the columns; `rows` come in the order of their relation and number. */
export function gatherColumns(
  gathering: Gathering,
  rows: readonly ColumnRow[],
  identities: ReadonlyMap<string, SequenceRow>,
  notNulls: ReadonlyMap<string, NotNull>,
  foreignOptions: ReadonlyMap<string, readonly string[]>,
): void {
  let position = 0;
  let relation = "";
  for (const row of rows) {
    position = row.relation === relation ? position + 1 : 1;
    relation = row.relation;
    const table = gathering.relations.get(row.relation);
    if (table === undefined) continue;
    nameColumn(gathering, row);
    const place = `${row.relation}:${row.number}`;
    const sequence = row.identity === "" ? undefined : identities.get(place);
    const notNull = notNulls.get(place);
    addToRelation(gathering, row.relation, {
      kind: "column",
      name: row.name,
      catalog: "pg_class",
      oid: row.relation,
      sub: row.number,
      version: [row.version, row.default_version, sequence?.version, notNull?.version].join("."),
      attributes: {
        position,
        type: row.type,
        notNull: whenTrue(row.not_null),
        notNullValid: whenFalse(notNull?.valid ?? null),
        notNullNoInherit: whenTrue(notNull?.noInherit ?? null),
        notNullComment: notNull && gathering.comments.get(`pg_constraint:${notNull.oid}:0`),
        ...valueSource(row, sequence),
        identityComment: sequence && gathering.comments.get(`pg_class:${sequence.oid}:0`),
        identityGrants:
          sequence && readGrants(sequence.acl, "sequence", sequence.owner, gathering.serverVersionNum),
        collation: row.collation,
        storage: row.storage === null ? null : (STORAGE[row.storage] ?? row.storage),
        compression: COMPRESSION[row.compression] ?? null,
        statistics: row.statistics === -1 ? null : row.statistics,
        options: sorted(row.options),
        foreignOptions: foreignOptions.get(place),
        inherited: whenTrue(!row.local),
        grants: readGrants(row.acl, "column", String(table.attributes.owner), gathering.serverVersionNum),
      },
    });
  }
}

/** Where a value comes from when INSERT gives none. */
function valueSource(row: ColumnRow, sequence: SequenceRow | undefined): Record<string, AttributeValue> {
  const generated = GENERATED[row.generated] ?? null;
  return {
    default: generated === null ? row.expression : null,
    identity: IDENTITY[row.identity] ?? null,
    identitySequence: sequence?.name ?? null,
    identityOptions: sequence === undefined ? null : identityOptions(sequence),
    generated,
    expression: generated === null ? null : row.expression,
  };
}

function nameColumn(gathering: Gathering, row: ColumnRow): void {
  const names = gathering.columns.get(row.relation);
  if (names === undefined) gathering.columns.set(row.relation, new Map([[row.number, row.name]]));
  else names.set(row.number, row.name);
}
