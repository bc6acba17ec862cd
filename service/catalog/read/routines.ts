import { readGrants } from "../grants.ts";
import { addToSchema, type Gathering, sorted, unless, whenTrue } from "./gathering.ts";

interface RoutineRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly input_types: string;
  readonly arguments: string;
  readonly returns: string | null;
  readonly parallel: string;
}

export interface FunctionRow extends RoutineRow {
  /** pg_proc.prokind: f function, p procedure, w window function. */
  readonly kind: string;
  readonly language: string;
  readonly volatility: string;
  readonly strict: boolean;
  readonly security_definer: boolean;
  readonly leakproof: boolean;
  readonly cost: number;
  readonly rows: number;
  readonly returns_set: boolean;
  readonly settings: string[] | null;
  readonly body: string;
  /** Whether the body is SQL that was parsed when it was made: BEGIN ATOMIC, or RETURN. */
  readonly parsed: boolean;
  readonly library: string | null;
  readonly transforms: string[];
  readonly support: string | null;
}

export interface AggregateRow extends RoutineRow {
  readonly kind: string;
  readonly transition: string;
  readonly state: string;
  readonly state_size: number | null;
  readonly final: string | null;
  readonly final_extra: boolean;
  readonly final_modify: string;
  readonly initial: string | null;
  readonly combine: string | null;
  readonly serial: string | null;
  readonly deserial: string | null;
  readonly moving_transition: string | null;
  readonly moving_inverse: string | null;
  readonly moving_state: string | null;
  readonly moving_state_size: number | null;
  readonly moving_final: string | null;
  readonly moving_final_extra: boolean;
  readonly moving_final_modify: string;
  readonly moving_initial: string | null;
  readonly sort_operator: string | null;
}

const VOLATILITY: Readonly<Record<string, string>> = { i: "IMMUTABLE", s: "STABLE" };
const PARALLEL: Readonly<Record<string, string>> = { s: "SAFE", r: "RESTRICTED" };
const MODIFY: Readonly<Record<string, string>> = { r: "READ_ONLY", s: "SHAREABLE", w: "READ_WRITE" };
const AGGREGATES: Readonly<Record<string, string>> = { o: "ordered-set", h: "hypothetical-set" };

export function gatherFunctions(gathering: Gathering, rows: readonly FunctionRow[]): void {
  for (const row of rows) {
    // What CREATE FUNCTION assumes (manual): cost 1 for C and internal, else 100; 1000 rows for a set.
    const usualCost = row.language === "c" || row.language === "internal" ? 1 : 100;
    addRoutine(gathering, row.kind === "p" ? "procedure" : "function", row, {
      language: row.language,
      arguments: unless(row.arguments, ""),
      returns: row.returns,
      window: whenTrue(row.kind === "w"),
      volatility: VOLATILITY[row.volatility] ?? null,
      strict: whenTrue(row.strict),
      security: row.security_definer ? "DEFINER" : null,
      parallel: PARALLEL[row.parallel] ?? null,
      leakproof: whenTrue(row.leakproof),
      cost: unless(row.cost, usualCost),
      rows: unless(row.rows, row.returns_set ? 1000 : 0),
      settings: sorted(row.settings),
      transforms: row.transforms,
      support: row.support,
      library: row.library,
      parsed: whenTrue(row.parsed),
      body: row.body,
    });
  }
}

export function gatherAggregates(gathering: Gathering, rows: readonly AggregateRow[]): void {
  for (const row of rows) {
    const usualModify = row.kind === "n" ? "r" : "w";
    addRoutine(gathering, "aggregate", row, {
      arguments: unless(row.arguments, ""),
      returns: row.returns,
      type: AGGREGATES[row.kind] ?? null,
      transition: row.transition,
      state: row.state,
      stateSize: row.state_size,
      final: row.final,
      finalExtra: whenTrue(row.final_extra),
      finalModify: row.final_modify === usualModify ? null : (MODIFY[row.final_modify] ?? null),
      initial: row.initial,
      combine: row.combine,
      serial: row.serial,
      deserial: row.deserial,
      movingTransition: row.moving_transition,
      movingInverse: row.moving_inverse,
      movingState: row.moving_state,
      movingStateSize: row.moving_state_size,
      movingFinal: row.moving_final,
      movingFinalExtra: whenTrue(row.moving_final_extra),
      movingFinalModify:
        row.moving_final_modify === usualModify ? null : (MODIFY[row.moving_final_modify] ?? null),
      movingInitial: row.moving_initial,
      sortOperator: row.sort_operator,
      parallel: PARALLEL[row.parallel] ?? null,
    });
  }
}

function addRoutine(
  gathering: Gathering,
  kind: "function" | "procedure" | "aggregate",
  row: RoutineRow,
  attributes: Readonly<Record<string, string | number | boolean | null | readonly string[]>>,
): void {
  const found = {
    kind,
    name: row.name,
    catalog: "pg_proc",
    oid: row.oid,
    version: row.version,
    attributes: {
      owner: row.owner,
      ...attributes,
      grants: readGrants(row.acl, "function", row.owner, gathering.serverVersionNum),
    },
  } as const;
  addToSchema(gathering, row.schema, found, `(${row.input_types})`);
}
