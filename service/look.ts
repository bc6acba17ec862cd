import { type GateReading, moved, readGate, readRowVersion } from "./catalog/gate.ts";
import type { Snapshot } from "./catalog/model.ts";
import { type ReadOptions, readSnapshot } from "./catalog/snapshot.ts";
import { sqlState } from "./postgres/errors.ts";
import type { Database } from "./postgres/types.ts";

/** What an exact look read. */
export interface Seen {
  readonly snapshot: Snapshot;
  /** The last gate reading before the snapshot: a later one that differs from it means that another look is owed. */
  readonly gate: GateReading;
  /** Of the same transaction as the snapshot. */
  readonly rowVersion: string;
  /** False when the catalog moved during every look: the snapshot may mix two states. */
  readonly quiet: boolean;
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
 * and when it moved meanwhile the look is repeated, up to `most` times in all, because pg_get_*def functions read the
 * newest catalog and not the transaction's. `deadlineMs` is for each.
 */
export async function takeLook(
  database: Database,
  before: GateReading,
  options: ReadOptions,
  { most, deadlineMs }: { readonly most: number; readonly deadlineMs: number },
): Promise<Seen> {
  let gate = before;
  for (let nth = 1; ; nth += 1) {
    const last = nth === most;
    try {
      const { after, ...seen } = await lookOnce(database, options, deadlineMs);
      const quiet = moved(gate, after) === null;
      if (last || quiet) return { ...seen, gate, quiet };
      gate = after;
    } catch (error) {
      if (last || !GONE_MEANWHILE.has(sqlState(error))) throw error;
      gate = await readGate(database);
    }
  }
}

function lookOnce(database: Database, options: ReadOptions, deadlineMs: number) {
  return database.transaction(
    async (tx) => {
      const [snapshot, rowVersion] = await Promise.all([readSnapshot(tx, options), readRowVersion(tx)]);
      return { snapshot, rowVersion, after: await readGate(tx) };
    },
    { readOnly: true, isolation: "repeatable read", deadlineMs },
  );
}
