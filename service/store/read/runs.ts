import type { Database } from "../../postgres/types.ts";
import type { Look, Page, RunDetail, RunEvent, RunState, RunStep, RunSummary } from "../models.ts";
import { unknownRun } from "./known.ts";
import { type ListRequest, newestFirst } from "./newest-first.ts";

export interface RunFilter extends ListRequest {
  readonly state?: RunState | undefined;
  /** Only runs that have not ended yet. */
  readonly active?: boolean | undefined;
}

interface RunRow {
  readonly id: string;
  readonly database: string;
  readonly change_id: string | null;
  readonly cause: RunSummary["cause"];
  readonly rerun_of: string | null;
  readonly requested_by: string | null;
  readonly state: RunState;
  readonly cancel_requested_at: Date | null;
  readonly requested_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly summary: string | null;
  readonly error: string | null;
}

interface StepRow {
  readonly name: string;
  readonly state: RunStep["state"];
  readonly attempt: number;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly error: string | null;
  readonly note: string | null;
  readonly link: string | null;
}

const COLUMNS = `r.id, d.name as database, r.change_id, r.cause, r.rerun_of, r.requested_by, r.state, r.cancel_requested_at,
  r.requested_at, r.started_at, r.finished_at, r.summary, r.error`;
const FROM = "from schemawatch.run r join schemawatch.database d on d.id = r.database_id";
const ACTIVE = "r.state in ('requested', 'queued', 'running')";

/**
 * Runs of all databases or one, the newest first. AppError "not_found" for a database nobody knows, "invalid" for a limit
 * or cursor that cannot be.
 */
export function listRuns(store: Database, filter: RunFilter = {}): Promise<Page<RunSummary>> {
  return newestFirst<RunRow, RunSummary>(store, filter, {
    table: "schemawatch.run",
    columns: COLUMNS,
    from: FROM,
    alias: "r",
    equal: { state: filter.state },
    also: filter.active === true ? ACTIVE : undefined,
    toItem: toSummary,
  });
}

/** One run with its steps and report. AppError "not_found" for an id nobody knows. */
export async function readRun(store: Database, id: number): Promise<RunDetail> {
  const [heads, steps] = await Promise.all([
    store.query<
      RunRow & {
        attempt: number;
        look: Look | null;
        report_markdown: string | null;
        report_html: string | null;
      }
    >(`select ${COLUMNS}, r.attempt, r.look, r.report_markdown, r.report_html ${FROM} where r.id = $1`, [id]),
    store.query<StepRow>(
      // Other steps' outputs may be large, and are nobody's here.
      `select name, state, attempt, started_at, finished_at, error, outside ->> 'note' as note, outside ->> 'link' as link
       from schemawatch.step, lateral (select case when name in ('dagster', 'job') then output end as outside) as shown
       where run_id = $1 order by position`,
      [id],
    ),
  ]);
  const head = heads[0];
  if (head === undefined) throw unknownRun(id);
  const { report_markdown: markdown, report_html: html } = head;
  return {
    ...toSummary(head),
    attempt: head.attempt,
    look: head.look,
    steps: steps.map(toStep),
    report: markdown === null || html === null ? null : { markdown, html },
  };
}

export interface RunLog {
  readonly state: RunState;
  /** The number of the run's last event; once the run has ended there will be none behind it. */
  readonly lastSeq: number;
  /** In order, without gaps, from `after` on. */
  readonly events: readonly RunEvent[];
}

/**
 * The run's events behind number `after`, at most `limit`, with the run's state of the same instant. AppError "not_found"
 * for an id nobody knows.
 */
export async function readRunEvents(store: Database, id: number, after = 0, limit = 1000): Promise<RunLog> {
  const rows = await store.query<{
    run_state: RunState;
    last_seq: number;
    seq: number | null;
    at: Date;
    type: RunEvent["type"];
    step: string | null;
    state: string | null;
    level: RunEvent["level"];
    message: string;
  }>(
    `select r.state as run_state, r.last_seq, e.seq, e.at, e.type, e.step, e.state, e.level, e.message
     from schemawatch.run r
     left join lateral (
       select * from schemawatch.run_event e where e.run_id = r.id and e.seq > $2 order by e.seq limit $3
     ) e on true
     where r.id = $1
     order by e.seq`,
    [id, after, limit],
  );
  const first = rows[0];
  if (first === undefined) throw unknownRun(id);
  const events: RunEvent[] = [];
  for (const { seq, at, type, step, state, level, message } of rows) {
    if (seq !== null) events.push({ seq, at: at.toISOString(), type, step, state, level, message });
  }
  return { state: first.run_state, lastSeq: first.last_seq, events };
}

/** Runs that wait: requested or queued, not yet running. */
export async function countWaitingRuns(store: Database): Promise<number> {
  const [row] = await store.query<{ waiting: string }>(
    "select count(*) as waiting from schemawatch.run where state in ('requested', 'queued')",
  );
  return Number(row?.waiting ?? 0);
}

function toSummary(row: RunRow): RunSummary {
  return {
    id: Number(row.id),
    database: row.database,
    changeId: row.change_id === null ? null : Number(row.change_id),
    cause: row.cause,
    rerunOf: row.rerun_of === null ? null : Number(row.rerun_of),
    requestedBy: row.requested_by,
    state: row.state,
    cancelRequested: row.cancel_requested_at !== null,
    requestedAt: row.requested_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    summary: row.summary,
    error: row.error,
  };
}

function toStep(row: StepRow): RunStep {
  return {
    note: row.note,
    link: row.link,
    name: row.name,
    state: row.state,
    attempt: row.attempt,
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    error: row.error,
  };
}
