import {
  type GateReading,
  moved,
  ROW_VERSION_CLOSED,
  readGate,
  readRowVersion,
  readRowVersionWithin,
} from "./catalog/gate.ts";
import type { Snapshot } from "./catalog/model.ts";
import { type ReadOptions, readSnapshot } from "./catalog/snapshot.ts";
import { sqlState } from "./postgres/errors.ts";
import type { Database, Sql } from "./postgres/types.ts";

/** What an exact look read. */
export interface Seen {
  readonly snapshot: Snapshot;
  /** The last gate reading before the snapshot: a later one that differs from it means that another look is owed. */
  readonly gate: GateReading;
  /** Of the same transaction as the snapshot; null where that was left out. */
  readonly rowVersion: string | null;
  /** False when the catalog moved during every look: the snapshot may mix two states. */
  readonly quiet: boolean;
}

export interface Limits<Beside> {
  /** Looks in a row, at most. */
  readonly most: number;
  /** For each. */
  readonly deadlineMs: number;
  /** Read first thing in the transaction of the look, so that both see the same. It must leave the transaction unharmed. */
  readonly beside?: ((tx: Sql) => Promise<Beside>) | undefined;
  /** Leaves out the row version where only what changed is read: on thousands of tables it takes longer than that. */
  readonly urgent?: boolean;
}

/** What a server answers when an object went away between the transaction's snapshot and a pg_get_*def of it. */
const GONE_MEANWHILE: ReadonlySet<string | undefined> = new Set([
  "XX000",
  "42P01",
  "42703",
  "42704",
  "42883",
]);

/**
 * Takes an exact look: one REPEATABLE READ transaction. `before` was read from the gate just now. The gate is read again
 * at the end of the transaction (for the first time in it: a transaction sees each counter as it was when it first asked),
 * and when it moved meanwhile, the look is repeated, up to `most` times in all, because pg_get_*def functions read the
 * newest catalog and not the transaction's. The counters of earlier DDL often come in only now, so it is not repeated when
 * the row versions are as the look had them: then it counts, with the earlier gate reading, and the next tick looks again.
 */
export async function takeLook<Beside = undefined>(
  database: Database,
  before: GateReading,
  options: ReadOptions,
  { most, deadlineMs, beside, urgent = false }: Limits<Beside>,
): Promise<Seen & { readonly beside: Beside | undefined }> {
  let gate = before;
  for (let nth = 1; ; nth += 1) {
    const last = nth === most;
    try {
      const { after, ...seen } = await lookOnce(database, options, deadlineMs, beside, urgent);
      const quiet = moved(gate, after) === null || (await isUnmoved(database, seen.rowVersion));
      if (last || quiet) return { ...seen, gate, quiet };
      gate = after;
    } catch (error) {
      if (last || !GONE_MEANWHILE.has(sqlState(error))) throw error;
      gate = await readGate(database);
    }
  }
}

async function isUnmoved(database: Database, rowVersion: string | null): Promise<boolean> {
  if (rowVersion === null || rowVersion === ROW_VERSION_CLOSED) return false;
  return rowVersion === (await readRowVersion(database));
}

function lookOnce<Beside>(
  database: Database,
  options: ReadOptions,
  deadlineMs: number,
  beside: Limits<Beside>["beside"],
  urgent: boolean,
) {
  return database.transaction(
    async (tx) => {
      const read = await beside?.(tx);
      const brief = urgent && options.previous?.standing !== undefined;
      const snapshot = await readSnapshot(tx, options);
      const rowVersion = brief ? null : await readRowVersionWithin(tx);
      return { snapshot, rowVersion, after: await readGate(tx), beside: read };
    },
    { readOnly: true, isolation: "repeatable read", deadlineMs },
  );
}
