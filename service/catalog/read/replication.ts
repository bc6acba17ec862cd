import { addToDatabase, type Gathering, sorted, unless, whenTrue } from "./gathering.ts";

export interface PublicationRow {
  readonly oid: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly all_tables: boolean;
  readonly insert: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly truncate: boolean;
  readonly via_root: boolean;
  /** n none, s stored ones (PostgreSQL 18). */
  readonly generated: string;
  readonly schemas: string[] | null;
  /** `schema.table (columns) WHERE (filter)`. */
  readonly tables: string[] | null;
}

export interface SubscriptionRow {
  readonly oid: string;
  readonly name: string;
  readonly owner_oid: string;
  readonly owner: string;
  readonly enabled: boolean;
  readonly publications: string[];
  readonly slot: string | null;
  readonly synchronous_commit: string;
  readonly binary: boolean;
  /** A truth before PostgreSQL 16, then f, t or p. */
  readonly streaming: string;
  readonly two_phase: boolean;
  readonly disable_on_error: boolean;
  readonly password_required: boolean;
  readonly run_as_owner: boolean;
  readonly origin: string;
  readonly failover: boolean;
}

const OPERATIONS = ["insert", "update", "delete", "truncate"] as const;
const STREAMING: Readonly<Record<string, string>> = { t: "on", true: "on", p: "parallel" };

export function gatherPublications(gathering: Gathering, rows: readonly PublicationRow[]): void {
  for (const row of rows) {
    const publish = OPERATIONS.filter((operation) => row[operation]);
    addToDatabase(gathering, {
      kind: "publication",
      name: row.name,
      catalog: "pg_publication",
      oid: row.oid,
      version: row.version,
      attributes: {
        owner: row.owner,
        allTables: whenTrue(row.all_tables),
        tables: sorted(row.tables),
        schemas: sorted(row.schemas),
        publish: publish.length === OPERATIONS.length ? null : publish.join(", "),
        viaRoot: whenTrue(row.via_root),
        generatedColumns: row.generated === "s" ? "stored" : null,
      },
    });
  }
}

/** Adds the subscriptions, without what they connect to. Twophase and slot are what was asked for, not where it stands. */
export function gatherSubscriptions(gathering: Gathering, rows: readonly SubscriptionRow[]): void {
  for (const row of rows) {
    const { oid, name, owner, ...told } = row;
    addToDatabase(gathering, {
      kind: "subscription",
      name,
      catalog: "pg_subscription",
      oid,
      // The row's xmin is closed to plain roles. The owner's name may change without the row.
      version: JSON.stringify(told),
      attributes: {
        owner,
        publications: sorted(row.publications),
        disabled: whenTrue(!row.enabled),
        slot: row.slot === name ? null : (row.slot ?? "NONE"),
        synchronousCommit: unless(row.synchronous_commit, "off"),
        binary: whenTrue(row.binary),
        streaming: STREAMING[row.streaming] ?? "off",
        twoPhase: whenTrue(row.two_phase),
        disableOnError: whenTrue(row.disable_on_error),
        passwordRequired: row.password_required ? null : false,
        runAsOwner: whenTrue(row.run_as_owner),
        origin: unless(row.origin, "any"),
        failover: whenTrue(row.failover),
      },
    });
  }
}
