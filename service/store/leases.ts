import type { Sql } from "../postgres/types.ts";
import releaseSql from "./sql/leases_release.sql" with { type: "text" };
import turnSql from "./sql/leases_turn.sql" with { type: "text" };

/** How long a lease lasts without renewal, by the store's clock. A dead poller's leases are free after it. */
export const LEASE_MS = 3000;

/** The proof that a poller may write a database's watch: refused once someone else took the lease. */
export interface Lease {
  readonly databaseId: number;
  readonly database: string;
  /** This process. */
  readonly holder: string;
  /** Raised at every hand-over. */
  readonly fence: string;
}

export interface HeldLease extends Lease {
  /** Runs that wait for an exact look of this database. */
  readonly requested: readonly string[];
}

export interface LeaseTurn {
  readonly holder: string;
  /** Names of the databases this process knows how to reach. */
  readonly names: readonly string[];
  /** When each held database's gate was last read: milliseconds ago. */
  readonly seen: readonly { readonly databaseId: number; readonly ageMs: number }[];
}

/**
 * Renews this poller's leases, takes free and expired ones up to its fair share, and half of what it lacks of that, or 4, from
 * pollers that hold more than theirs: one statement. Returns every lease held afterwards; one that is missing was lost.
 */
export async function turnLeases(store: Sql, turn: LeaseTurn): Promise<HeldLease[]> {
  const rows = await store.query<{ id: number; name: string; fence: string; requested: string[] }>(turnSql, [
    turn.holder,
    turn.names,
    JSON.stringify(Object.fromEntries(turn.seen.map(({ databaseId, ageMs }) => [databaseId, ageMs]))),
    LEASE_MS / 1000,
  ]);
  return rows.map((row) => ({
    databaseId: row.id,
    database: row.name,
    holder: turn.holder,
    fence: row.fence,
    requested: row.requested,
  }));
}

/** Gives up all leases of a poller, so that others take them at once. */
export async function releaseLeases(store: Sql, holder: string): Promise<void> {
  await store.query(releaseSql, [holder]);
}
