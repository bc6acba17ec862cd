import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { maskedEntry } from "../masking.ts";
import type { AttributeValue } from "../model.ts";
import { addToDatabase, type Gathering, sorted, unless, whenFalse, whenTrue } from "./gathering.ts";

interface Membership {
  readonly role: string;
  /** The role is one that PostgreSQL brings, other than the superuser of initdb. */
  readonly built_in: boolean;
  readonly admin: boolean;
  /** PostgreSQL 16 and newer; null before. */
  readonly inherit: boolean | null;
  readonly set: boolean | null;
  readonly grantor: string | null;
}

export interface RoleRow {
  readonly oid: string;
  readonly name: string;
  readonly built_in: boolean;
  /** The superuser that initdb made. */
  readonly first: boolean;
  readonly superuser: boolean;
  readonly inherit: boolean;
  readonly create_role: boolean;
  readonly create_database: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypass_row_security: boolean;
  readonly connection_limit: number;
  readonly valid_until: string | null;
  readonly settings: string[] | null;
  readonly memberships: Membership[] | null;
  readonly version: string;
}

export interface TablespaceRow {
  readonly oid: string;
  readonly name: string;
  readonly built_in: boolean;
  readonly version: string;
  readonly owner: string;
  readonly of_first: boolean;
  readonly acl: string[] | null;
  readonly options: string[] | null;
  readonly location: string | null;
}

/** What the superuser of initdb can do; whoever it is called, and as long as nobody changes it, it is no object. */
const FIRST = ["superuser", "createRole", "createDatabase", "login", "replication", "bypassRowSecurity"];

/** The roles of the server. Those that every server has are objects only where somebody changed them. */
export function gatherRoles(gathering: Gathering, rows: readonly RoleRow[]): void {
  for (const row of rows) {
    const attributes = {
      superuser: whenTrue(row.superuser),
      inherit: whenFalse(row.inherit),
      createRole: whenTrue(row.create_role),
      createDatabase: whenTrue(row.create_database),
      login: whenTrue(row.login),
      replication: whenTrue(row.replication),
      bypassRowSecurity: whenTrue(row.bypass_row_security),
      connectionLimit: unless(row.connection_limit, -1),
      validUntil: row.valid_until?.replace(".000000 ", " "),
      settings: sorted(row.settings?.map(maskedEntry) ?? null),
      memberOf: memberships(row),
    };
    if (row.built_in && isUntouched(gathering, row, attributes)) continue;
    addToDatabase(gathering, {
      kind: "role",
      name: row.name,
      catalog: "pg_authid",
      oid: row.oid,
      version: row.version,
      attributes,
    });
  }
}

function isUntouched(
  gathering: Gathering,
  row: RoleRow,
  attributes: Readonly<Record<string, AttributeValue | undefined>>,
): boolean {
  if (gathering.comments.has(`pg_authid:${row.oid}:0`)) return false;
  const told = Object.entries(attributes)
    .filter(([, value]) => value != null && !(Array.isArray(value) && value.length === 0))
    .map(([name]) => name);
  return row.first ? told.join() === FIRST.join() : told.length === 0;
}

/** The roles it is in, as GRANT would say it. What a membership has by the member's own INHERIT, as all have before 16, is left out. */
function memberships(row: RoleRow): string[] {
  return (row.memberships ?? [])
    .filter((one) => !(row.built_in && !row.first && one.built_in))
    .map((one) => {
      const options = [
        one.admin ? "ADMIN TRUE" : null,
        one.inherit === null || one.inherit === row.inherit ? null : `INHERIT ${word(one.inherit)}`,
        one.set === false ? "SET FALSE" : null,
      ].filter((option) => option !== null);
      const how = options.length === 0 ? "" : ` WITH ${options.join(", ")}`;
      const by = one.grantor === null ? "" : ` GRANTED BY ${quoteIdentifier(one.grantor)}`;
      return `${quoteIdentifier(one.role)}${how}${by}`;
    })
    .sort();
}

const word = (value: boolean): string => (value ? "TRUE" : "FALSE");

/** The tablespaces of the server; the two that every server has only where somebody changed them. */
export function gatherTablespaces(gathering: Gathering, rows: readonly TablespaceRow[]): void {
  for (const row of rows) {
    const changed = row.acl !== null || row.options !== null || !row.of_first;
    if (row.built_in && !changed && !gathering.comments.has(`pg_tablespace:${row.oid}:0`)) continue;
    // In the data directory, under its OID, where allow_in_place_tablespaces made it without a location.
    const inPlace = row.location === null || row.location === "" || row.location.startsWith("pg_tblspc/");
    addToDatabase(gathering, {
      kind: "tablespace",
      name: row.name,
      catalog: "pg_tablespace",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.of_first && row.built_in ? null : row.owner,
        location: inPlace ? null : row.location,
        options: sorted(row.options),
        grants: readGrants(row.acl, "tablespace", row.owner, gathering.serverVersionNum),
      },
    });
  }
}
