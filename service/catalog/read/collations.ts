import { PROVIDERS } from "./database.ts";
import { addToSchema, type Gathering, unless, whenFalse, whenTrue } from "./gathering.ts";

export interface CollationRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly provider: string;
  readonly locale: string | null;
  readonly lc_collate: string | null;
  readonly lc_ctype: string | null;
  readonly rules: string | null;
  readonly deterministic: boolean;
  readonly recorded_version: string | null;
  readonly actual_version: string | null;
}

export interface ConversionRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly source: string;
  readonly target: string;
  readonly function: string;
  readonly default: boolean;
}

export function gatherCollations(gathering: Gathering, rows: readonly CollationRow[]): void {
  for (const row of rows) {
    addToSchema(gathering, row.schema, {
      kind: "collation",
      name: row.name,
      catalog: "pg_collation",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        provider: PROVIDERS[row.provider] ?? "libc",
        locale: row.locale,
        lcCollate: row.lc_collate,
        lcCtype: row.lc_ctype,
        rules: row.rules,
        deterministic: whenFalse(row.deterministic),
        collationVersion: row.recorded_version,
        actualCollationVersion: unless(row.actual_version, row.recorded_version),
      },
    });
  }
}

export function gatherConversions(gathering: Gathering, rows: readonly ConversionRow[]): void {
  for (const row of rows) {
    addToSchema(gathering, row.schema, {
      kind: "conversion",
      name: row.name,
      catalog: "pg_conversion",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        from: row.source,
        to: row.target,
        function: row.function,
        default: whenTrue(row.default),
      },
    });
  }
}
