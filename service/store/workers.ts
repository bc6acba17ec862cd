import type { Database, Sql } from "../postgres/types.ts";
import forgetSql from "./sql/forget_workers.sql" with { type: "text" };
import registerSql from "./sql/register_worker.sql" with { type: "text" };
import sweepSql from "./sql/sweep.sql" with { type: "text" };

/** A running run that nobody may be running. */
export interface SuspectRun {
  readonly run: string;
  readonly jobId: string;
  readonly attempt: number;
  /** It is this worker's: suspect only when the worker does not know it. */
  readonly mine: boolean;
}

export interface Sweep {
  /** Jobs wait in the queue. */
  readonly waiting: boolean;
  /** Runs are under way, here or elsewhere. */
  readonly running: boolean;
  readonly runs: readonly SuspectRun[];
}

/** Registers a worker as alive for as long as the session lasts. */
export async function registerWorker(session: Sql, id: string): Promise<void> {
  // The session waits for as long as the worker lives; the client's keepalives (client.ts) find a host that vanished.
  await session.query("set statement_timeout = 0");
  await session.query(registerSql, [id]);
}

/** Looks for waiting jobs and for the runs of dead workers; one cheap statement. */
export async function sweepRuns(store: Database, worker: string): Promise<Sweep> {
  const [sweep] = await store.query<Sweep>(sweepSql, [worker]);
  return sweep ?? { waiting: false, running: false, runs: [] };
}

/** Removes the row of a worker that leaves, and of those that have long been gone. */
export async function forgetWorkers(store: Database, leaving: string): Promise<void> {
  await store.query(forgetSql, [leaving]);
}
