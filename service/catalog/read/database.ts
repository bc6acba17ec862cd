import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { maskedEntry } from "../masking.ts";
import { addToDatabase, type Gathering, sorted, unless, whenFalse, whenTrue } from "./gathering.ts";
import type { MemberGrants } from "./rights.ts";

export interface DatabaseRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly encoding: string;
  readonly provider: string;
  readonly lc_collate: string;
  readonly lc_ctype: string;
  readonly locale: string | null;
  readonly rules: string | null;
  readonly recorded_version: string | null;
  readonly actual_version: string | null;
  readonly tablespace: string | null;
  readonly connection_limit: number;
  readonly allow_connections: boolean;
  readonly template: boolean;
  readonly settings: string[] | null;
  readonly role_settings: { readonly role: string; readonly settings: string[] }[] | null;
}

/** pg_database.datlocprovider and pg_collation.collprovider; libc, the oldest, is left out. */
export const PROVIDERS: Readonly<Record<string, string>> = { i: "icu", b: "builtin", d: "default" };

/**
 * What a database is called within its own snapshot. Its name is an attribute, so that one schema in databases of
 * different names is one schema.
 */
const IDENTITY = "current_database";

/** The database itself, with what is set for it and for roles in it, and the rights that were changed on what came with the server. */
export function gatherDatabase(
  gathering: Gathering,
  rows: readonly DatabaseRow[],
  builtin: MemberGrants | undefined,
): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "database",
      name: IDENTITY,
      catalog: "pg_database",
      oid: row.oid,
      version: row.version + (builtin?.version ?? ""),
      attributes: {
        name: row.name,
        owner: row.owner,
        encoding: row.encoding,
        provider: PROVIDERS[row.provider],
        locale: row.locale,
        lcCollate: codeset(row.lc_collate),
        lcCtype: codeset(row.lc_ctype),
        rules: row.rules,
        collationVersion: row.recorded_version,
        actualCollationVersion: unless(row.actual_version, row.recorded_version),
        tablespace: row.tablespace,
        connectionLimit: unless(row.connection_limit, -1),
        allowConnections: whenFalse(row.allow_connections),
        template: whenTrue(row.template),
        settings: sorted(row.settings?.map(maskedEntry) ?? null),
        roleSettings: sorted(
          row.role_settings?.flatMap(({ role, settings }) =>
            settings.map((entry) => `${quoteIdentifier(role)}: ${maskedEntry(entry)}`),
          ) ?? null,
        ),
        grants: readGrants(row.acl, "database", row.owner, gathering.serverVersionNum),
        builtinGrants: builtin?.lines,
      },
    });
  }
}

/** One locale has two spellings on Linux: `en_US.utf8` as the C library lists it, `en_US.UTF-8` as people write it. */
function codeset(locale: string): string {
  return locale.replace(/\.utf-?8\b/i, ".UTF-8");
}

const STANDARD: readonly string[] = [
  "default template for new databases",
  "default administrative connection database",
  "unmodifiable empty database",
];

/** Whether a comment on a database is one that initdb wrote. */
export const isStandardDatabaseComment = (address: string, comment: string): boolean =>
  address.startsWith("pg_database:") && STANDARD.includes(comment);
