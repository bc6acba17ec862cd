import { readGrants } from "../grants.ts";
import { quoteIdentifier } from "../identifier.ts";
import { addToDatabase, type Gathering, sorted, whenTrue } from "./gathering.ts";
import { ENABLED } from "./parts.ts";

export interface LanguageRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly acl: string[] | null;
  readonly trusted: boolean;
  readonly handler: string | null;
  readonly inline: string | null;
  readonly validator: string | null;
}

export interface AccessMethodRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly handler: string;
}

export interface TransformRow {
  readonly oid: string;
  readonly schema: string;
  readonly type: string;
  readonly language: string;
  readonly version: string;
  readonly from_sql: string | null;
  readonly to_sql: string | null;
}

export interface EventTriggerRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly event: string;
  readonly function: string;
  readonly enabled: string;
  readonly tags: string[] | null;
}

const ACCESS_METHODS: Readonly<Record<string, string>> = { i: "INDEX", t: "TABLE" };

export function gatherLanguages(gathering: Gathering, rows: readonly LanguageRow[]): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "language",
      name: row.name,
      catalog: "pg_language",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        trusted: whenTrue(row.trusted),
        handler: row.handler,
        inline: row.inline,
        validator: row.validator,
        grants: readGrants(row.acl, "language", row.owner, gathering.serverVersionNum),
      },
    });
  }
}

export function gatherAccessMethods(gathering: Gathering, rows: readonly AccessMethodRow[]): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "access method",
      name: row.name,
      catalog: "pg_am",
      oid: row.oid,
      version: row.version,
      attributes: { type: ACCESS_METHODS[row.type] ?? row.type, handler: row.handler },
    });
  }
}

export function gatherTransforms(gathering: Gathering, rows: readonly TransformRow[]): void {
  for (const row of rows) {
    addToDatabase(
      gathering,
      {
        kind: "transform",
        name: row.language,
        catalog: "pg_transform",
        oid: row.oid,
        version: row.version,
        attributes: { fromSql: row.from_sql, toSql: row.to_sql },
      },
      [row.schema, row.type, row.language].map(quoteIdentifier).join("."),
    );
  }
}

export function gatherEventTriggers(gathering: Gathering, rows: readonly EventTriggerRow[]): void {
  for (const row of rows) {
    addToDatabase(gathering, {
      kind: "event trigger",
      name: row.name,
      catalog: "pg_event_trigger",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        event: row.event,
        function: row.function,
        tags: sorted(row.tags),
        enabled: row.enabled === "O" ? null : ENABLED[row.enabled],
      },
    });
  }
}
