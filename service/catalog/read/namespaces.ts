import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { addToDatabase, type Gathering } from "./gathering.ts";
import type { MemberGrants } from "./rights.ts";

export interface SchemaRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  /** Belongs to an extension: not an object itself, but what users put into it is looked at. */
  readonly member: boolean;
}

export interface ExtensionRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly schema: string;
  readonly extension_version: string;
}

export function gatherSchemas(gathering: Gathering, rows: readonly SchemaRow[]): void {
  for (const row of rows) {
    gathering.schemas.set(row.oid, quoteIdentifier(row.name));
    if (row.member) continue;
    addToDatabase(gathering, {
      kind: "schema",
      name: row.name,
      catalog: "pg_namespace",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        grants: readGrants(row.acl, "schema", row.owner, gathering.serverVersionNum),
      },
    });
  }
}

/** `grants`: of its members, where they were changed, by the extension's OID. */
export function gatherExtensions(
  gathering: Gathering,
  rows: readonly ExtensionRow[],
  grants: ReadonlyMap<string, MemberGrants>,
): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "extension",
      name: row.name,
      catalog: "pg_extension",
      oid: row.oid,
      version: row.version + (grants.get(row.oid)?.version ?? ""),
      attributes: {
        owner: row.owner,
        schema: row.schema,
        version: row.extension_version,
        memberGrants: grants.get(row.oid)?.lines,
      },
    });
  }
}
