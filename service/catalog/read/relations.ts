import { readGrants } from "../grants.ts";
import { addToSchema, type Gathering, sorted, whenFalse, whenTrue } from "./gathering.ts";

interface RelationRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly options: string[] | null;
  readonly access_method: string | null;
  readonly tablespace: string | null;
}

export interface TableRow extends RelationRow {
  readonly persistence: string;
  readonly partition_by: string | null;
  readonly bound: string | null;
  readonly partition: boolean;
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  /** A trigger that enforces a foreign key or a deferrable key is switched off: DISABLE TRIGGER ALL. */
  readonly constraints_off: boolean;
  readonly replica_identity: string;
  readonly identity_index: string | null;
  readonly identity_index_name: string | null;
  readonly of_type: string | null;
}

export interface ViewRow extends RelationRow {
  readonly materialized: boolean;
  readonly populated: boolean;
  readonly definition: string;
}

export interface InheritsRow {
  readonly child: string;
  readonly parent: string;
  readonly version: string;
  readonly parent_name: string;
}

/** Parents by child OID, in their order. */
export type Parents = ReadonlyMap<string, readonly InheritsRow[]>;

export function parentsByChild(rows: readonly InheritsRow[]): Parents {
  const parents = new Map<string, InheritsRow[]>();
  for (const row of rows) {
    const list = parents.get(row.child);
    if (list === undefined) parents.set(row.child, [row]);
    else list.push(row);
  }
  return parents;
}

const REPLICA_IDENTITY: Readonly<Record<string, string>> = { f: "FULL", n: "NOTHING" };

export function gatherTables(gathering: Gathering, rows: readonly TableRow[], parents: Parents): void {
  for (const row of rows) {
    const above = parents.get(row.oid) ?? [];
    const names = above.map((parent) => parent.parent_name);
    const links = above.map((parent) => `${parent.parent}@${parent.version}`).join();
    const object = addToSchema(gathering, row.schema, {
      kind: "table",
      name: row.name,
      catalog: "pg_class",
      oid: row.oid,
      version: `${row.version}.${links}.${row.identity_index ?? ""}`,
      attributes: {
        owner: row.owner,
        persistence: row.persistence === "u" ? "unlogged" : null,
        partitionBy: row.partition_by,
        partitionOf: row.partition ? (names[0] ?? null) : null,
        bound: row.bound,
        inherits: row.partition ? [] : names,
        options: sorted(row.options),
        rowSecurity: whenTrue(row.row_security),
        forceRowSecurity: whenTrue(row.force_row_security),
        constraintsOff: whenTrue(row.constraints_off),
        replicaIdentity:
          row.identity_index_name === null
            ? (REPLICA_IDENTITY[row.replica_identity] ?? null)
            : `INDEX ${row.identity_index_name}`,
        accessMethod: row.access_method,
        tablespace: row.tablespace,
        ofType: row.of_type,
        grants: readGrants(row.acl, "relation", row.owner, gathering.serverVersionNum),
      },
    });
    if (object !== undefined) gathering.relations.set(row.oid, object);
  }
}

export function gatherViews(gathering: Gathering, rows: readonly ViewRow[]): void {
  for (const row of rows) {
    const object = addToSchema(gathering, row.schema, {
      kind: row.materialized ? "materialized view" : "view",
      name: row.name,
      catalog: "pg_class",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        definition: row.definition,
        options: sorted(row.options),
        populated: row.materialized ? whenFalse(row.populated) : null,
        tablespace: row.tablespace,
        accessMethod: row.access_method,
        grants: readGrants(row.acl, "relation", row.owner, gathering.serverVersionNum),
      },
    });
    if (object !== undefined) gathering.relations.set(row.oid, object);
  }
}
