import { type GrantTarget, readGrants, readGrantsSince } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { addToDatabase, type Gathering } from "./gathering.ts";

export interface DefaultPrivilegesRow {
  readonly oid: string;
  readonly version: string;
  readonly role: string;
  readonly schema: string | null;
  readonly objects: string;
  readonly acl: string[];
}

export interface ParameterRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
}

export interface LargeObjectRow {
  /** 0: there are too many to be looked at. */
  readonly oid: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly total: string;
}

export interface MemberGrantRow {
  /** OID of the extension; null for what came with the server. */
  readonly extension: string | null;
  readonly version: string;
  /** Kind and identity as pg_identify_object prints them. */
  readonly object: string;
  readonly owner: string;
  readonly acl: string[];
  readonly initial: string[];
}

/** pg_default_acl.defaclobjtype. */
const OBJECTS: Readonly<Record<string, readonly [name: string, target: GrantTarget]>> = {
  r: ["tables", "relation"],
  S: ["sequences", "sequence"],
  f: ["functions", "function"],
  T: ["types", "type"],
  n: ["schemas", "schema"],
  L: ["large objects", "large object"],
};

/** Adds what ALTER DEFAULT PRIVILEGES set. Those of a schema come on top of the role's own, so that they have no defaults. */
export function gatherDefaultPrivileges(gathering: Gathering, rows: readonly DefaultPrivilegesRow[]): void {
  for (const row of rows) {
    const schema = row.schema === null ? null : gathering.schemas.get(row.schema);
    const [name, target] = OBJECTS[row.objects] ?? [row.objects, "none"];
    if (schema === undefined) continue;
    const own = [row.role, name].map(quoteIdentifier).join(".");
    const acl = schema === null ? target : "none";
    addToDatabase(
      gathering,
      {
        kind: "default privileges",
        name,
        catalog: "pg_default_acl",
        oid: row.oid,
        version: row.version,
        attributes: { grants: readGrants(row.acl, acl, row.role, gathering.serverVersionNum) },
      },
      schema === null ? own : `${schema}.${own}`,
      schema === null ? undefined : { kind: "schema", identity: schema },
    );
  }
}

export function gatherParameters(gathering: Gathering, rows: readonly ParameterRow[]): void {
  for (const row of rows) {
    const grants = readGrants(row.acl, "parameter", row.owner, gathering.serverVersionNum);
    // A row stays when all was revoked.
    if (grants.length === 0) continue;
    addToDatabase(gathering, {
      kind: "parameter",
      name: row.name,
      catalog: "pg_parameter_acl",
      oid: row.oid,
      version: row.version,
      attributes: { grants },
    });
  }
}

/** Adds the large objects that were read; those beyond the bound are counted. */
export function gatherLargeObjects(gathering: Gathering, rows: readonly LargeObjectRow[]): void {
  const seen = rows.filter((row) => Number(row.oid) > 0);
  if (seen.length < rows.length) gathering.unreadable.push("grants of large objects: there are too many");
  const left = Number(seen[0]?.total ?? 0) - seen.length;
  if (left > 0) gathering.unreadable.push(`${left} more large objects with grants`);
  if (left > 0 || seen.length < rows.length) gathering.partial.push("large object");
  for (const row of seen) {
    const grants = readGrants(row.acl, "large object", row.owner, gathering.serverVersionNum);
    const address = `pg_largeobject:${row.oid}:0`;
    // Rights that were granted and revoked leave a list of the usual ones.
    if (grants.length === 0 && !gathering.comments.has(address) && !gathering.labels.has(address)) continue;
    addToDatabase(
      gathering,
      {
        kind: "large object",
        name: String(row.oid),
        catalog: "pg_largeobject",
        oid: row.oid,
        version: row.version,
        attributes: { owner: row.owner, grants },
      },
      String(row.oid),
    );
  }
}

/** Stands for the extension where there is none: what came with the server. */
export const BUILTIN = "";

export interface MemberGrants {
  readonly version: string;
  readonly lines: readonly string[];
}

/**
 * What was granted and revoked on the members of each extension since it was made, by the extension's OID, and on what
 * came with the server (BUILTIN): lines `function public.f(text): app: EXECUTE`.
 */
export function memberGrants(rows: readonly MemberGrantRow[]): Map<string, MemberGrants> {
  const found = new Map<string, MemberGrants>();
  for (const row of rows) {
    const told = readGrantsSince(row.acl, row.initial, row.owner).map((line) => `${row.object}: ${line}`);
    if (told.length === 0) continue;
    const extension = row.extension ?? BUILTIN;
    const known = found.get(extension);
    found.set(extension, {
      version: `${known?.version ?? ""}.${row.version}`,
      lines: [...(known?.lines ?? []), ...told].sort(),
    });
  }
  return found;
}
