import { quoteIdentifier } from "../identifier.ts";
import { addToRelation, addToSchema, type Gathering, whenTrue } from "./gathering.ts";
import { ENABLED } from "./parts.ts";

export interface RuleRow {
  readonly oid: string;
  readonly name: string;
  readonly relation: string;
  readonly version: string;
  readonly definition: string;
  readonly event: string;
  readonly instead: boolean;
  readonly enabled: string;
}

export interface StatisticsRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly table: string;
  readonly relation: string;
  readonly columns: number[];
  readonly expressions: string[] | null;
  readonly definition: string;
  readonly kinds: string[];
  /** Null, or -1 before PostgreSQL 17, when not set. */
  readonly target: number | null;
}

/** pg_rewrite.ev_type. */
const EVENTS: Readonly<Record<string, string>> = {
  "1": "SELECT",
  "2": "UPDATE",
  "3": "INSERT",
  "4": "DELETE",
};
/** pg_statistic_ext.stxkind; "e", for expressions, says nothing that the expressions do not. */
const STATISTICS: Readonly<Record<string, string>> = { d: "ndistinct", f: "dependencies", m: "mcv" };

export function gatherRules(gathering: Gathering, rows: readonly RuleRow[]): void {
  for (const row of rows) {
    addToRelation(gathering, row.relation, {
      kind: "rule",
      name: row.name,
      catalog: "pg_rewrite",
      oid: row.oid,
      version: row.version,
      attributes: {
        definition: row.definition,
        event: EVENTS[row.event] ?? row.event,
        instead: whenTrue(row.instead),
        enabled: row.enabled === "O" ? null : ENABLED[row.enabled],
      },
    });
  }
}

export function gatherStatistics(gathering: Gathering, rows: readonly StatisticsRow[]): void {
  for (const row of rows) {
    const names = gathering.columns.get(row.relation);
    const columns = row.columns.map((number) => quoteIdentifier(names?.get(number) ?? String(number)));
    addToSchema(gathering, row.schema, {
      kind: "statistics",
      name: row.name,
      catalog: "pg_statistic_ext",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        table: row.table,
        on: [...columns, ...(row.expressions ?? [])],
        kinds: row.kinds.flatMap((kind) => STATISTICS[kind] ?? []),
        target: row.target === -1 ? null : row.target,
        definition: row.definition,
      },
    });
  }
}
