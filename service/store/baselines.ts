import type { ObjectChange } from "../catalog/change.ts";
import type { Sql } from "../postgres/types.ts";
import type { Lease } from "./leases.ts";
import writeSql from "./sql/baseline_write.sql" with { type: "text" };

/** How many drifting objects are kept with a database; `driftCount` tells of all. */
const KEPT = 200;

/** How a schema stands to its approved baseline. */
export interface BaselineStanding {
  readonly state: "none" | "synced" | "drifted" | "unreadable";
  /** Why it is unreadable. */
  readonly reason: string | null;
  /** Fingerprint of the baseline that was compared. */
  readonly hash: string | null;
  /** From the baseline to the schema, worst first. */
  readonly drift: readonly ObjectChange[];
}

/** Writes how a database stands to its baseline. Returns false, with nothing written, when the lease is another's. */
export async function writeBaseline(sql: Sql, lease: Lease, standing: BaselineStanding): Promise<boolean> {
  const [row] = await sql.query<{ held: number }>(writeSql, [
    lease.databaseId,
    lease.holder,
    lease.fence,
    standing.state,
    standing.reason,
    standing.hash,
    JSON.stringify(standing.drift.slice(0, KEPT)),
    standing.drift.length,
  ]);
  return row?.held === 1;
}
