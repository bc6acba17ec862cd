import type { Database } from "../../postgres/types.ts";
import changes from "./changes.sql" with { type: "text" };
import databases from "./databases.sql" with { type: "text" };
import objects from "./objects.sql" with { type: "text" };
import runs from "./runs.sql" with { type: "text" };

/** How large a fleet is; 1,000 databases and 100,000 changes are what the page and the API are promised for. */
export interface FleetSize {
  readonly databases: number;
  readonly changes: number;
}

export const PROMISED: FleetSize = { databases: 1000, changes: 100_000 };

/** For each statement: the server may share its machine with a whole test suite. */
const DEADLINE_MS = 240_000;

/**
 * Fills a migrated store that holds no database yet with a fleet, as the pollers and workers of some months would have left
 * it: databases with labels, snapshots, changes with their objects, an ended run for each. The same on every call but for the
 * time, which ends now. Their leases are held for a day, so that a page without a poller takes none for forsaken.
 */
export async function fillFleet(store: Database, size: FleetSize = PROMISED): Promise<void> {
  await store.transaction(
    async (tx) => {
      // What refers to what is made right here: the server need not look it up, which would take most of the time.
      await tx.query("set local session_replication_role = replica");
      // The seed: a number of `n` below `k`, another one for each `salt`.
      await tx.query(
        `create function pg_temp.pick(n bigint, salt bigint, k integer) returns integer language sql immutable as
         'select ((hashint8extended(n, salt) & 2147483647) % k)::integer'`,
      );
      await tx.query(databases, [size.databases]);
      await tx.query(changes, [size.databases, size.changes]);
      await tx.query(objects);
      await tx.query(runs);
      await tx.query(
        `update schemawatch.database d set (snapshot_id, last_change_id) =
           (select max(c.after_snapshot), max(c.id) from schemawatch.change c where c.database_id = d.id)`,
      );
      for (const table of ["database", "snapshot", "change", "run"]) {
        await tx.query(
          `select setval(pg_get_serial_sequence('schemawatch.${table}', 'id'), (select max(id) from schemawatch.${table}))`,
        );
      }
    },
    { deadlineMs: DEADLINE_MS },
  );
  // What the server's own autovacuum does meanwhile in months.
  await store.reserve(
    (session) =>
      session.query(
        `vacuum (analyze) ${["database", "snapshot", "change", "change_object", "run", "step", "run_event"].map((name) => `schemawatch.${name}`)}`,
      ),
    { deadlineMs: DEADLINE_MS },
  );
}
