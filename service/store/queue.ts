import type { PgBoss } from "pg-boss";
import { AppError } from "../errors.ts";
import type { Sql } from "../postgres/types.ts";
import enqueueSql from "./sql/enqueue_run.sql" with { type: "text" };

/** The one queue; named in the .sql files too. */
export const QUEUE = "process-schema-change";

/** Notified whenever a run was queued, so that workers take it at once. */
export const QUEUE_CHANNEL = "schemawatch_queue";

const SCHEMA = "pgboss";

/** The schema version of pg-boss 12.38.0 (its package.json says it); another one in the store means that its migrations are to run. */
export const QUEUE_SCHEMA_VERSION = 46;

/**
 * key_strict_fifo, with the database's name as the key, is "one run a database at a time, in order" across all workers:
 * a unique index keeps it, where pg-boss's groupConcurrency lets two workers that fetch at once take two jobs of a
 * group. A job of ours never ends as failed (that would block its key): runs give up by themselves, long before
 * retryLimit. heartbeatSeconds is pg-boss's minimum.
 */
const queueOptions = {
  policy: "key_strict_fifo",
  retryLimit: 1_000_000,
  retryDelay: 0,
  retryBackoff: false,
  heartbeatSeconds: 10,
  expireInSeconds: 4 * 3600,
  retentionSeconds: 365 * 24 * 3600,
} as const;

/**
 * pg-boss over our own client, never started: it then has no timer and no connection of its own, and makes, takes and
 * hands back jobs when told. What its supervisor would do is done by the worker's sweep (worker/sweep.ts), faster.
 * Loaded only where it is used: it costs more to load than all of ours.
 */
export async function queueClient(sql: Sql): Promise<PgBoss> {
  const { PgBoss } = await import("pg-boss");
  const db = queueAdapter(sql);
  return new PgBoss({ db, schema: SCHEMA, supervise: false, schedule: false, registerInstance: false });
}

/** What pg-boss needs of a database or a transaction: its `db` option. */
export function queueAdapter(sql: Sql) {
  return {
    executeSql: async (text: string, values?: unknown[]) => ({ rows: await sql.query(text, values) }),
  };
}

/**
 * Makes or migrates pg-boss's schema and the queue. Called by the store's migration, under its lock; cheap when there is
 * nothing to do, as every start of a role passes here. Rejects with AppError "conflict" when the queue's schema is newer
 * than this program.
 */
export async function prepareQueue(session: Sql): Promise<void> {
  const version = await installedVersion(session);
  if (version === QUEUE_SCHEMA_VERSION) {
    const queues = await session.query("select from pgboss.queue where name = $1", [QUEUE]);
    if (queues.length > 0) return;
  }
  if (version !== null && version > QUEUE_SCHEMA_VERSION) {
    throw new AppError(
      "conflict",
      `The store's queue is at version ${version}, this program knows ${QUEUE_SCHEMA_VERSION}.`,
      {
        mend: "Run the release that migrated the store, or a newer one.",
      },
    );
  }
  const { getConstructionPlans, getMigrationPlans } = await import("pg-boss");
  // Scripts of several statements with their own BEGIN and COMMIT: sent as one, so on one connection.
  if (version === null) await session.query(getConstructionPlans(SCHEMA));
  else if (version < QUEUE_SCHEMA_VERSION) await session.query(getMigrationPlans(SCHEMA, version));
  await (await queueClient(session)).createQueue(QUEUE, queueOptions);
}

async function installedVersion(sql: Sql): Promise<number | null> {
  const [table] = await sql.query<{ there: boolean }>(
    "select to_regclass('pgboss.version') is not null as there",
    [],
  );
  if (!table?.there) return null;
  const [row] = await sql.query<{ version: number }>("select version from pgboss.version", []);
  return row?.version ?? null;
}

/**
 * Hands a run over to the workers, in the caller's transaction: state, event, job and notices in one statement. The run
 * must be 'requested', or 'queued' without a job (as just inserted); in any other state (cancelled meanwhile) nothing
 * happens. Needs no worker in this process.
 */
export async function enqueueRun(
  tx: Sql,
  run: { readonly id: string; readonly database: string },
): Promise<void> {
  await tx.query(enqueueSql, [run.id, run.database]);
}
