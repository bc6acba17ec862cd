import { quoteIdentifier } from "../identifier.ts";
import { addToDatabase, addToSchema, type Gathering, whenTrue } from "./gathering.ts";

export interface CastRow {
  readonly oid: string;
  readonly version: string;
  readonly source: string;
  readonly target: string;
  readonly method: string;
  readonly context: string;
  readonly function: string | null;
}

interface OwnedRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
}

export interface OperatorRow extends OwnedRow {
  readonly left: string | null;
  readonly right: string | null;
  readonly result: string;
  readonly function: string;
  readonly commutator: string | null;
  readonly negator: string | null;
  readonly restrict: string | null;
  readonly join: string | null;
  readonly hashes: boolean;
  readonly merges: boolean;
}

export interface FamilyRow extends OwnedRow {
  readonly method: string;
  readonly operators: string[] | null;
  readonly functions: string[] | null;
}

export interface OperatorClassRow extends FamilyRow {
  readonly family: string;
  readonly type: string;
  readonly default: boolean;
  readonly storage: string | null;
}

const METHODS: Readonly<Record<string, string>> = { i: "INOUT", b: "WITHOUT FUNCTION" };
const CONTEXTS: Readonly<Record<string, string>> = { a: "ASSIGNMENT", i: "IMPLICIT" };

export function gatherCasts(gathering: Gathering, rows: readonly CastRow[]): void {
  for (const row of rows) {
    // It has no name of its own, so that it is not renamed when its types are.
    const identity = `(${row.source} AS ${row.target})`;
    const found = {
      kind: "cast",
      name: "",
      catalog: "pg_cast",
      oid: row.oid,
      version: row.version,
      attributes: {
        function: row.function,
        method: METHODS[row.method],
        context: CONTEXTS[row.context],
      },
    } as const;
    addToDatabase(gathering, found, identity);
  }
}

export function gatherOperators(gathering: Gathering, rows: readonly OperatorRow[]): void {
  for (const row of rows) {
    const found = {
      kind: "operator",
      name: row.name,
      catalog: "pg_operator",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        returns: row.result,
        function: row.function,
        commutator: row.commutator,
        negator: row.negator,
        restrict: row.restrict,
        join: row.join,
        hashes: whenTrue(row.hashes),
        merges: whenTrue(row.merges),
      },
    } as const;
    addToSchema(gathering, row.schema, found, `(${row.left ?? "NONE"}, ${row.right ?? "NONE"})`, row.name);
  }
}

export function gatherOperatorFamilies(gathering: Gathering, rows: readonly FamilyRow[]): void {
  for (const row of rows) {
    const found = {
      kind: "operator family",
      name: row.name,
      catalog: "pg_opfamily",
      oid: row.oid,
      version: row.version,
      attributes: { owner: row.owner, operators: row.operators, functions: row.functions },
    } as const;
    addToSchema(gathering, row.schema, found, ` USING ${quoteIdentifier(row.method)}`);
  }
}

export function gatherOperatorClasses(gathering: Gathering, rows: readonly OperatorClassRow[]): void {
  for (const row of rows) {
    const found = {
      kind: "operator class",
      name: row.name,
      catalog: "pg_opclass",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        type: row.type,
        default: whenTrue(row.default),
        family: row.family,
        storage: row.storage,
        operators: row.operators,
        functions: row.functions,
      },
    } as const;
    addToSchema(gathering, row.schema, found, ` USING ${quoteIdentifier(row.method)}`);
  }
}
