import type { PgBoss } from "pg-boss";
import { sqlState } from "../postgres/errors.ts";
import type { Database } from "../postgres/types.ts";
import type { Look, RunStep, RunSummary } from "./models.ts";
import { QUEUE, queueAdapter } from "./queue.ts";
import standingSql from "./sql/journal_standing.sql" with { type: "text" };
import releaseSql from "./sql/release_run.sql" with { type: "text" };
import takeSql from "./sql/take_runs.sql" with { type: "text" };
import writeSql from "./sql/write_journal.sql" with { type: "text" };

/** A run that this worker owns, as it was when taken. */
export interface TakenRun {
  readonly id: string;
  readonly jobId: string;
  /** The fence: writes are refused once another attempt has begun. */
  readonly attempt: number;
  readonly database: string;
  readonly cause: RunSummary["cause"];
  readonly changeId: string | null;
  readonly requestedBy: string | null;
  readonly look: Look | null;
  /** Where the journal stands; see write_journal.sql. */
  readonly written: number;
  /** Cancellation was asked for before it was taken. */
  readonly cancel: boolean;
  readonly steps: readonly {
    readonly position: number;
    readonly name: string;
    readonly state: RunStep["state"];
    readonly attempt: number;
    /** Of one that has not succeeded, what it kept. */
    readonly output: unknown;
    readonly error: string | null;
  }[];
}

export interface JournalEvent {
  readonly type: "run" | "step" | "log";
  readonly step?: string;
  readonly state?: string;
  readonly level?: "info" | "warn" | "error";
  readonly message: string;
  /** Milliseconds before the writing. */
  readonly age: number;
}

export interface JournalStep {
  readonly position: number;
  readonly name: string;
  readonly state: RunStep["state"];
  /** Tries of this step. */
  readonly attempt: number;
  readonly startedAge: number;
  readonly finishedAge: number | null;
  readonly output: unknown;
  readonly error: string | null;
}

export interface RunReport {
  readonly summary: string;
  readonly markdown: string;
  readonly html: string;
}

export interface RunEnd {
  readonly state: "succeeded" | "failed" | "cancelled";
  readonly error?: string;
  /** Replaces the report's summary. */
  readonly summary?: string;
}

/** What is written in one statement: all of it or nothing. */
export interface JournalEntry {
  readonly events: readonly JournalEvent[];
  /** Each step once, as it is now. */
  readonly steps: readonly JournalStep[];
  readonly report?: RunReport | undefined;
  /** Kept with the run's change. */
  readonly impact?: unknown;
  readonly end?: RunEnd | undefined;
}

export interface Written {
  /** Cancellation has been asked for. */
  readonly cancel: boolean;
  /** Only of an end: whether jobs wait, and the seconds since the run was requested. */
  readonly more: boolean;
  readonly seconds: number;
}

/**
 * Takes up to `limit` queued runs, the oldest of each database that has none running. Fetching a job and owning its run
 * is one transaction: a worker killed between leaves no trace.
 */
export async function takeRuns(
  store: Database,
  boss: PgBoss,
  worker: {
    readonly id: string;
    readonly steps: readonly string[];
    /** Steps that only runs of these databases have. */
    readonly only: Readonly<Record<string, readonly string[]>>;
  },
  limit: number,
): Promise<TakenRun[]> {
  const taken = store.transaction(async (tx) => {
    const jobs = await boss.fetch<{ run: string }>(QUEUE, { batchSize: limit, db: queueAdapter(tx) });
    if (jobs.length === 0) return [];
    return tx.query<TakenRun>(takeSql, [
      jobs.map((job) => job.id),
      jobs.map((job) => job.retryCount),
      jobs.map((job) => job.data.run),
      worker.id,
      worker.steps,
      JSON.stringify(worker.only),
    ]);
  });
  return taken.catch((error: unknown) => {
    // Two workers that took two jobs of one database at once: the other one has it (job_i8, key_strict_fifo).
    if (sqlState(error) === "23505") return [];
    throw error;
  });
}

/**
 * Writes to the journal of a run; `written` is where it stood. Returns null when this attempt no longer owns the run.
 * May be called again with the same after a lost connection.
 */
export async function writeJournal(
  store: Database,
  run: TakenRun,
  written: number,
  entry: JournalEntry,
): Promise<Written | null> {
  const { events, steps, report, impact, end } = entry;
  const [row] = await store.query<{ cancel: boolean; more: boolean; seconds: number }>(writeSql, [
    run.id,
    run.attempt,
    storable(events),
    storable(steps),
    report ? storable(report) : null,
    impact === undefined ? null : storable(impact),
    end ? storable(end) : null,
    written,
    run.database,
  ]);
  if (row) return row;
  const [standing] = await store.query<{ cancel: boolean }>(standingSql, [
    run.id,
    run.attempt,
    end?.state ?? "running",
    written + events.length,
  ]);
  return standing ? { cancel: standing.cancel, more: true, seconds: 0 } : null;
}

/** NUL, and halves of characters that were cut, as JSON writes them; PostgreSQL stores neither. */
const UNSTORABLE = /(?<=(?<!\\)(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** JSON that PostgreSQL takes whatever the text in it is. */
function storable(value: unknown): string {
  return JSON.stringify(value).replace(UNSTORABLE, "\uFFFD");
}

/** Takes a run from `attempt` and puts it back at the head of its database's queue; whoever owns it may not write any more. */
export async function releaseRun(
  store: Database,
  boss: PgBoss,
  run: { readonly id: string; readonly jobId: string; readonly attempt: number },
  why: string,
): Promise<void> {
  await store.transaction(async (tx) => {
    const released = await tx.query(releaseSql, [run.id, run.attempt, why]);
    if (released.length === 0) return;
    // The claim of attempt n was the job's retry n - 1 (take_runs.sql).
    const job = { id: run.jobId, retryCount: run.attempt - 1 };
    await boss.fail(QUEUE, job, null, { db: queueAdapter(tx) });
  });
}
