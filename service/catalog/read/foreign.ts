import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { maskedEntry } from "../masking.ts";
import { NOT_READABLE } from "../model.ts";
import { addToDatabase, addToSchema, type Gathering, sorted } from "./gathering.ts";
import type { Parents } from "./relations.ts";

interface ForeignRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  /** `name=value`. */
  readonly options: string[] | null;
}

export interface WrapperRow extends ForeignRow {
  readonly handler: string | null;
  readonly validator: string | null;
}

export interface ForeignServerRow extends ForeignRow {
  readonly wrapper: string;
  readonly type: string | null;
  readonly server_version: string | null;
}

export interface UserMappingRow {
  readonly oid: string;
  readonly server: string;
  /** The role, `public` for everybody. */
  readonly name: string;
  readonly role: string;
  /** Names only. */
  readonly options: string[];
  readonly readable: boolean;
}

export interface ForeignTableRow extends ForeignRow {
  readonly schema: string;
  readonly server: string;
  readonly partition: boolean;
  readonly bound: string | null;
}

export interface ForeignColumnRow {
  readonly relation: string;
  readonly number: number;
  readonly options: string[] | null;
}

export function gatherWrappers(gathering: Gathering, rows: readonly WrapperRow[]): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "foreign data wrapper",
      name: row.name,
      catalog: "pg_foreign_data_wrapper",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        handler: row.handler,
        validator: row.validator,
        options: maskedOptions(row.options),
        grants: readGrants(row.acl, "foreign", row.owner, gathering.serverVersionNum),
      },
    });
  }
}

export function gatherForeignServers(gathering: Gathering, rows: readonly ForeignServerRow[]): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "foreign server",
      name: row.name,
      catalog: "pg_foreign_server",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        wrapper: row.wrapper,
        type: row.type,
        version: row.server_version,
        options: maskedOptions(row.options),
        grants: readGrants(row.acl, "foreign", row.owner, gathering.serverVersionNum),
      },
    });
  }
}

/** Adds the user mappings; those whose options this role may not read are counted. */
export function gatherUserMappings(gathering: Gathering, rows: readonly UserMappingRow[]): void {
  let closed = 0;
  for (const row of rows) {
    if (!row.readable) closed += 1;
    const server = quoteIdentifier(row.server);
    addToDatabase(
      gathering,
      {
        kind: "user mapping",
        name: row.name,
        catalog: "pg_user_mapping",
        oid: row.oid,
        // The catalog's own xmin is closed to plain roles.
        version: [row.role, ...row.options].join(),
        attributes: { options: row.readable ? sorted(row.options) : NOT_READABLE },
      },
      `${server}.${quoteIdentifier(row.name)}`,
      { kind: "foreign server", identity: server },
    );
  }
  if (closed > 0)
    gathering.unreadable.push(
      `options of ${closed} user ${closed === 1 ? "mapping" : "mappings"} not readable by this role`,
    );
}

export function gatherForeignTables(
  gathering: Gathering,
  rows: readonly ForeignTableRow[],
  parents: Parents,
): void {
  for (const row of rows) {
    const above = parents.get(row.oid) ?? [];
    const names = above.map((parent) => parent.parent_name);
    const links = above.map((parent) => `${parent.parent}@${parent.version}`).join();
    const object = addToSchema(gathering, row.schema, {
      kind: "foreign table",
      name: row.name,
      catalog: "pg_class",
      oid: row.oid,
      version: `${row.version}.${links}`,
      attributes: {
        owner: row.owner,
        server: row.server,
        options: maskedOptions(row.options),
        partitionOf: row.partition ? (names[0] ?? null) : null,
        bound: row.bound,
        inherits: row.partition ? [] : names,
        grants: readGrants(row.acl, "relation", row.owner, gathering.serverVersionNum),
      },
    });
    if (object !== undefined) gathering.relations.set(row.oid, object);
  }
}

/** Options of foreign tables' columns by `relation:number`. */
export function foreignOptions(rows: readonly ForeignColumnRow[]): Map<string, readonly string[]> {
  return new Map(rows.map((row) => [`${row.relation}:${row.number}`, maskedOptions(row.options)]));
}

/** Options as a set, without the secrets in them. */
const maskedOptions = (options: readonly string[] | null): string[] => sorted(options).map(maskedEntry);
