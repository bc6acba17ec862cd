import { type GateReading, moved, readGate, readRowVersion } from "../catalog/gate.ts";
import type { Snapshot } from "../catalog/model.ts";
import { type ReadOptions, readSnapshot } from "../catalog/snapshot.ts";
import { connect, sqlState } from "../postgres/client.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import type { Database } from "../postgres/types.ts";

/** Deadline of a gate reading, connecting included: what takes longer is shown as unreachable. */
const GATE_DEADLINE_MS = 5000;
/** Deadline of an exact look; one of 10,000 tables takes seconds. */
const LOOK_DEADLINE_MS = 60_000;
/** Looks taken one after the other while the catalog moves; then the last one counts and the next tick looks again. */
const MOST_LOOKS = 3;

/** The one connection to a watched database. It cannot write, and never waits long behind the users' locks. */
export function connectWatched(url: string): Database {
  return connect({
    url,
    applicationName: "schemawatch poller",
    maxConnections: 1,
    deadlineMs: GATE_DEADLINE_MS,
    settings: READER_SETTINGS,
  });
}

/** What an exact look read. */
export interface Seen {
  readonly snapshot: Snapshot;
  /** The last gate reading before the snapshot: a later one that differs from it means that another look is owed. */
  readonly gate: GateReading;
  /** Of the same transaction as the snapshot. */
  readonly rowVersion: string;
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
 * and when it moved meanwhile the look is repeated, because pg_get_*def functions read the newest catalog and not the
 * transaction's.
 */
export async function takeLook(database: Database, before: GateReading, options: ReadOptions): Promise<Seen> {
  let gate = before;
  for (let nth = 1; ; nth += 1) {
    const last = nth === MOST_LOOKS;
    try {
      const { after, ...seen } = await lookOnce(database, options);
      if (last || moved(gate, after) === null) return { ...seen, gate };
      gate = after;
    } catch (error) {
      if (last || !GONE_MEANWHILE.has(sqlState(error))) throw error;
      gate = await readGate(database);
    }
  }
}

function lookOnce(database: Database, options: ReadOptions) {
  return database.transaction(
    async (tx) => {
      const [snapshot, rowVersion] = await Promise.all([readSnapshot(tx, options), readRowVersion(tx)]);
      return { snapshot, rowVersion, after: await readGate(tx) };
    },
    { readOnly: true, isolation: "repeatable read", deadlineMs: LOOK_DEADLINE_MS },
  );
}
