import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { addToSchema, exactNumber, type Gathering, unless, whenTrue } from "./gathering.ts";

export interface SequenceRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly persistence: string;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** pg_depend: a owned by a column, i an identity column's. */
  readonly dependency: string | null;
  readonly owner_relation: string | null;
  readonly owner_column: number | null;
  /** Of the table; an identity column's sequence is made alike. */
  readonly owner_persistence: string | null;
}

/** Largest values by type (manual, table 8.2); the smallest is one further on the other side. */
const MAXIMUM: Readonly<Record<string, bigint>> = {
  smallint: 32767n,
  integer: 2147483647n,
  bigint: 9223372036854775807n,
};

/** Adds the sequences that are objects of their own. Needs the columns' names, so it comes after them. */
export function gatherSequences(gathering: Gathering, rows: readonly SequenceRow[]): void {
  for (const row of rows) {
    if (row.dependency === "i") continue;
    addToSchema(gathering, row.schema, {
      kind: "sequence",
      name: row.name,
      catalog: "pg_class",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        type: unless(row.type, "bigint"),
        ...numbers(row),
        cycle: whenTrue(row.cycle),
        ownedBy: ownedBy(gathering, row),
        persistence: row.persistence === "u" ? "unlogged" : null,
        grants: readGrants(row.acl, "sequence", row.owner, gathering.serverVersionNum),
      },
    });
  }
}

/** Identity columns' sequences by `relation:number` of their column. */
export function identitySequences(rows: readonly SequenceRow[]): Map<string, SequenceRow> {
  return new Map(
    rows
      .filter((row) => row.dependency === "i")
      .map((row) => [`${row.owner_relation}:${row.owner_column}`, row]),
  );
}

/** What differs from a new identity column's sequence, one `name value` each. */
export function identityOptions(row: SequenceRow): string[] {
  const options = Object.entries(numbers(row)).filter(([, value]) => value !== null);
  const told = options.map(([name, value]) => `${name} ${value}`);
  if (row.cycle) told.push("cycle");
  if (row.persistence !== row.owner_persistence) told.push(row.persistence === "u" ? "unlogged" : "logged");
  return told.sort();
}

/** Numbers that CREATE SEQUENCE would not choose by itself for this type and direction. */
function numbers(row: SequenceRow): Record<string, number | string | null> {
  const largest = MAXIMUM[row.type] ?? 0n;
  const down = row.increment.startsWith("-");
  const min = down ? -largest - 1n : 1n;
  const max = down ? -1n : largest;
  const told = (value: string, usual: string) => (value === usual ? null : exactNumber(value));
  return {
    start: told(row.start, down ? row.max : row.min),
    increment: told(row.increment, "1"),
    min: told(row.min, String(min)),
    max: told(row.max, String(max)),
    cache: told(row.cache, "1"),
  };
}

function ownedBy(gathering: Gathering, row: SequenceRow): string | null {
  if (row.owner_relation === null || row.owner_column === null) return null;
  const table = gathering.relations.get(row.owner_relation);
  const column = gathering.columns.get(row.owner_relation)?.get(row.owner_column);
  return table === undefined || column === undefined ? null : `${table.identity}.${quoteIdentifier(column)}`;
}
