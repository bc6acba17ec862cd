import { AppError } from "../errors.ts";
import type { Database } from "../postgres/types.ts";
import { enqueueRun } from "./queue.ts";
import { unknownDatabase, unknownRun } from "./read/known.ts";
import cancelSql from "./sql/cancel_run.sql" with { type: "text" };
import requestSql from "./sql/request_run.sql" with { type: "text" };
import rerunSql from "./sql/rerun.sql" with { type: "text" };

export interface RunRequest {
  readonly database: string;
  /** The same key for the same database is the same run, for as long as the run is kept. */
  readonly idempotencyKey?: string | undefined;
  /** The token's name, where there is one. */
  readonly requestedBy?: string | undefined;
}

/**
 * Asks for an exact look at a database and the run that follows it. Returns the run's id, and whether it was made now
 * or known by its idempotency key. Rejects with AppError "not_found" for an unknown database, "conflict" for one that
 * is no longer watched.
 */
export async function requestRun(
  store: Database,
  request: RunRequest,
): Promise<{ id: string; created: boolean }> {
  // A key taken by a transaction that committed meanwhile is seen by the next statement.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [row] = await store.query<{ watched: boolean; made: string | null; earlier: string | null }>(
      requestSql,
      [request.database, request.idempotencyKey ?? null, request.requestedBy ?? null],
    );
    if (!row) throw unknownDatabase(request.database);
    if (row.made) return { id: row.made, created: true };
    if (row.earlier) return { id: row.earlier, created: false };
    if (!row.watched) {
      throw new AppError("conflict", `The database "${request.database}" is no longer watched.`, {
        mend: "Add it to databases.yaml again.",
      });
    }
  }
  throw new AppError(
    "conflict",
    `The idempotency key is being used by another request for "${request.database}".`,
    {
      mend: "Try again.",
    },
  );
}

/**
 * Makes and queues a new run of the same change, without another look, and returns its id. Rejects with AppError
 * "not_found" for an unknown run, "conflict" for one that has not ended.
 */
export async function rerun(
  store: Database,
  runId: string,
  requestedBy?: string | undefined,
): Promise<{ id: string }> {
  return store.transaction(async (tx) => {
    const [row] = await tx.query<{ state: string; database: string; made: string | null }>(rerunSql, [
      runId,
      requestedBy ?? null,
    ]);
    if (!row) throw unknownRun(runId);
    if (!row.made) {
      throw new AppError("conflict", `Run ${runId} is ${row.state}; only an ended run can be run again.`, {
        mend: "Wait for its end, or cancel it.",
      });
    }
    await enqueueRun(tx, { id: row.made, database: row.database });
    return { id: row.made };
  });
}

/**
 * Cancels a run: at once when it has not begun, else its worker stops the running step. Returns the state the run was
 * in. Cancelling a run again is fine. Rejects with AppError "not_found" for an unknown run, "conflict" for one that has
 * ended otherwise.
 */
export async function cancelRun(store: Database, runId: string): Promise<{ state: string }> {
  const [row] = await store.query<{ state: string }>(cancelSql, [runId]);
  if (!row) throw unknownRun(runId);
  if (row.state === "succeeded" || row.state === "failed") {
    throw new AppError("conflict", `Run ${runId} has already ${row.state}.`, {
      mend: "There is nothing to cancel.",
    });
  }
  return { state: row.state };
}

/** Which of these runs somebody asked to cancel: for a worker that may have missed the notices. */
export async function toBeCancelled(store: Database, runIds: readonly string[]): Promise<readonly string[]> {
  const rows = await store.query<{ id: string }>(
    "select id from schemawatch.run where id = any($1::bigint[]) and cancel_requested_at is not null",
    [runIds],
  );
  return rows.map(({ id }) => id);
}
