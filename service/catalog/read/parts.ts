import { quoteIdentifier } from "../identifier.ts";
import type { AttributeValue } from "../model.ts";
import type { NotNull } from "./columns.ts";
import { addToRelation, type Gathering, sorted, whenFalse, whenTrue } from "./gathering.ts";
import type { Parents } from "./relations.ts";

export interface ConstraintRow {
  readonly oid: string;
  readonly name: string;
  readonly relation: string;
  readonly version: string;
  readonly type: string;
  /** Empty for a plain key, which is put together here; null where it cannot be printed. */
  readonly definition: string | null;
  readonly valid: boolean;
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly no_inherit: boolean;
  readonly local: boolean;
  readonly columns: number[] | null;
  readonly target: string;
  readonly target_name: string | null;
  readonly target_columns: number[] | null;
  /** pg_constraint.confupdtype and confdeltype. */
  readonly on_update: string;
  readonly on_delete: string;
  /** OID of the index behind it. */
  readonly index: string | null;
  readonly options: string[] | null;
  readonly tablespace: string | null;
  readonly clustered: boolean | null;
}

export interface IndexRow {
  readonly oid: string;
  readonly name: string;
  readonly relation: string;
  readonly version: string;
  readonly definition: string;
  readonly unique: boolean;
  readonly valid: boolean;
  readonly ready: boolean;
  readonly nulls_not_distinct: boolean;
  readonly clustered: boolean;
  readonly replica_identity: boolean;
  readonly method: string;
  readonly columns: number[];
  readonly key_count: number;
  readonly expressions: string[] | null;
  readonly predicate: string | null;
  /** Targets of its expressions, `column: target`. */
  readonly statistics: string[] | null;
  readonly options: string[] | null;
  readonly tablespace: string | null;
}

export interface TriggerRow {
  readonly oid: string;
  readonly name: string;
  readonly relation: string;
  readonly version: string;
  readonly definition: string;
  readonly enabled: string;
  readonly function: string;
  /** The partitions whose copies are switched otherwise than the trigger above them, and how. */
  readonly partition_relations: readonly string[] | null;
  readonly partition_states: readonly string[] | null;
}

export interface PolicyRow {
  readonly oid: string;
  readonly name: string;
  readonly relation: string;
  readonly version: string;
  readonly command: string;
  readonly permissive: boolean;
  /** Role names; empty text for PUBLIC. */
  readonly roles: string[];
  readonly using: string | null;
  readonly check: string | null;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  p: "PRIMARY KEY",
  u: "UNIQUE",
  c: "CHECK",
  f: "FOREIGN KEY",
  x: "EXCLUDE",
  n: "NOT NULL",
};
/** How a trigger or a rule is switched (pg_trigger.tgenabled and its kind). */
export const ENABLED: Readonly<Record<string, string>> = {
  O: "origin",
  D: "disabled",
  R: "replica",
  A: "always",
};
const COMMANDS: Readonly<Record<string, string>> = {
  "*": "ALL",
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
};

/** A name that PostgreSQL 18 gives a NOT NULL by itself. It stays when the table is renamed, so only its end can be asked for. */
export const isGeneratedName = (name: string): boolean => /_not_null\d*$/.test(name);

const isGeneratedNotNull = (row: ConstraintRow): boolean => row.type === "n" && isGeneratedName(row.name);

/** The NOT NULL constraints with generated names that are not plain, by `relation:number` of their column. */
export function notNullsByColumn(rows: readonly ConstraintRow[]): Map<string, NotNull> {
  return new Map(
    rows
      .filter(isGeneratedNotNull)
      .map((row) => [
        `${row.relation}:${row.columns?.[0]}`,
        { valid: row.valid, noInherit: row.no_inherit, oid: row.oid, version: row.version },
      ]),
  );
}

export function gatherConstraints(gathering: Gathering, rows: readonly ConstraintRow[]): void {
  for (const row of rows) {
    if (isGeneratedNotNull(row)) continue;
    addToRelation(gathering, row.relation, {
      kind: "constraint",
      name: row.name,
      catalog: "pg_constraint",
      oid: row.oid,
      version: row.version,
      attributes: {
        type: CONSTRAINTS[row.type] ?? row.type,
        definition: row.definition === "" ? keyDefinition(gathering, row) : row.definition,
        columns: columnNames(gathering, row.relation, row.columns ?? []),
        references: row.target_name,
        valid: whenFalse(row.valid),
        enforced: whenFalse(row.enforced),
        deferrable: whenTrue(row.deferrable),
        initiallyDeferred: whenTrue(row.deferred),
        noInherit: row.type === "c" || row.type === "n" ? whenTrue(row.no_inherit) : null,
        inherited: whenTrue(!row.local),
        options: sorted(row.options),
        tablespace: row.tablespace,
        clustered: whenTrue(row.clustered),
        indexComment: gathering.comments.get(`pg_class:${row.index}:0`),
      },
    });
  }
}

/** What a foreign key does when what it refers to changes or goes; NO ACTION is not printed. */
const ACTIONS: Readonly<Record<string, string>> = {
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
  d: "SET DEFAULT",
};

/** A plain key as pg_get_constraintdef prints it (ruleutils.c, pg_get_constraintdef_worker). */
function keyDefinition(gathering: Gathering, row: ConstraintRow): string {
  const list = (relation: string, numbers: readonly number[] | null) =>
    `(${columnNames(gathering, relation, numbers ?? [])
      .map(quoteIdentifier)
      .join(", ")})`;
  const key = `${CONSTRAINTS[row.type]} ${list(row.relation, row.columns)}`;
  if (row.type !== "f") return key;
  const [update, remove] = [ACTIONS[row.on_update], ACTIONS[row.on_delete]];
  return [
    `${key} REFERENCES ${row.target_name}${list(row.target, row.target_columns)}`,
    ...(update ? [`ON UPDATE ${update}`] : []),
    ...(remove ? [`ON DELETE ${remove}`] : []),
  ].join(" ");
}

export function gatherIndexes(gathering: Gathering, rows: readonly IndexRow[], parents: Parents): void {
  for (const row of rows) {
    const above = parents.get(row.oid)?.[0];
    addToRelation(gathering, row.relation, {
      kind: "index",
      name: row.name,
      catalog: "pg_class",
      oid: row.oid,
      version: [row.version, above?.version, row.statistics].join("."),
      attributes: {
        definition: row.definition,
        table: gathering.relations.get(row.relation)?.identity,
        unique: whenTrue(row.unique),
        valid: whenFalse(row.valid),
        ready: whenFalse(row.ready),
        method: row.method,
        columns: indexColumns(gathering, row),
        predicate: row.predicate,
        statistics: row.statistics,
        nullsNotDistinct: whenTrue(row.nulls_not_distinct),
        options: sorted(row.options),
        tablespace: row.tablespace,
        clustered: whenTrue(row.clustered),
        replicaIdentity: whenTrue(row.replica_identity),
        partitionOf: above?.parent_name,
      },
    });
  }
}

export function gatherTriggers(gathering: Gathering, rows: readonly TriggerRow[]): void {
  for (const row of rows) {
    const partitions = row.partition_relations?.map(
      (partition, index) => `${partition}: ${ENABLED[row.partition_states?.[index] ?? ""]}`,
    );
    addToRelation(gathering, row.relation, {
      kind: "trigger",
      name: row.name,
      catalog: "pg_trigger",
      oid: row.oid,
      version: [row.version, ...(partitions ?? [])].join("."),
      attributes: {
        definition: row.definition,
        enabled: row.enabled === "O" ? null : ENABLED[row.enabled],
        function: row.function,
        partitions: partitions?.sort(),
      },
    });
  }
}

export function gatherPolicies(gathering: Gathering, rows: readonly PolicyRow[]): void {
  for (const row of rows) {
    addToRelation(gathering, row.relation, {
      kind: "policy",
      name: row.name,
      catalog: "pg_policy",
      oid: row.oid,
      version: row.version,
      attributes: {
        command: COMMANDS[row.command] ?? row.command,
        permissive: whenFalse(row.permissive),
        roles: row.roles.map((role) => (role === "" ? "PUBLIC" : role)).sort(),
        using: row.using,
        check: row.check,
      },
    });
  }
}

/** The key's columns by name, in their order; an expression is told as the server prints it. */
function indexColumns(gathering: Gathering, row: IndexRow): AttributeValue {
  if (row.expressions === null)
    return columnNames(gathering, row.relation, row.columns.slice(0, row.key_count));
  const names = gathering.columns.get(row.relation);
  return row.columns
    .slice(0, row.key_count)
    .map((number, index) => names?.get(number) ?? row.expressions?.[index] ?? "");
}

function columnNames(gathering: Gathering, relation: string, numbers: readonly number[]): string[] {
  const names = gathering.columns.get(relation);
  return numbers.map((number) => names?.get(number) ?? String(number));
}
