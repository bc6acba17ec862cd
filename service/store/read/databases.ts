import type { Compatibility, ObjectChange } from "../../catalog/change.ts";
import type { Database } from "../../postgres/types.ts";
import type {
  ChangeSummary,
  DatabaseDetail,
  DatabaseState,
  DatabaseStatus,
  DatabaseSummary,
  DatabaseTap,
  LastRun,
  Page,
  RunState,
} from "../models.ts";
import { type Choice, labelsOf, searchOf } from "./choice.ts";
import DATABASES from "./databases.sql" with { type: "text" };
import { unknownDatabase } from "./known.ts";
import { afterText, limitOf, MAX_LIMIT, type PageRequest, pageOf, unknownCursor } from "./page.ts";
import { listRuns } from "./runs.ts";

export interface DatabaseFilter extends Choice, PageRequest {
  readonly state?: DatabaseState | undefined;
  readonly status?: DatabaseStatus | undefined;
  readonly run?: LastRun | undefined;
  /** First those that need a person: unreachable, then a failed last run, then drifted or without a readable baseline. */
  readonly attention?: boolean | undefined;
}

/** [hour 0 oldest to 23, changes, worst as 0 safe to 2 breaking] */
type Hour = readonly [hour: number, changes: number, worst: number];

const WORST: readonly Compatibility[] = ["safe", "risky", "breaking"];

interface DatabaseRow {
  readonly id: number;
  readonly name: string;
  readonly rank: number;
  readonly labels: Record<string, string>;
  readonly watched: boolean;
  readonly sample: boolean;
  readonly connect: string | null;
  readonly interval_ms: number;
  readonly exact_every_ms: number;
  readonly state: DatabaseSummary["state"];
  readonly reason: string | null;
  /** Nobody watches it, though it is to be watched. */
  readonly forsaken: boolean;
  readonly last_run_id: string | null;
  readonly last_run_state: RunState | null;
  readonly next_try_at: Date | null;
  readonly last_gate_at: Date | null;
  readonly last_look_at: Date | null;
  readonly last_look_ms: number | null;
  readonly baseline: string | null;
  readonly baseline_state: "none" | "synced" | "drifted" | "unreadable";
  readonly baseline_reason: string | null;
  readonly drift_count: number;
  readonly object_count: number | null;
  readonly hours: readonly Hour[] | null;
  readonly change: (Omit<ChangeSummary, "foundAt" | "runId" | "database"> & { run_id: number | null }) | null;
  readonly change_found_at: Date | null;
}

/** Between the two parts of a cursor's key; no name holds it. */
const BETWEEN = "\u0001";

/**
 * The watched databases that fit the filter, with what their tiles show, by name. AppError "invalid" for a limit or cursor
 * that cannot be.
 */
export async function listDatabases(
  store: Database,
  filter: DatabaseFilter = {},
): Promise<Page<DatabaseSummary>> {
  const limit = limitOf(filter);
  const key = afterText(filter);
  const [rank, name] = key === null ? [null, null] : keyOf(key);
  const rows = await store.query<DatabaseRow>(DATABASES, [
    null,
    searchOf(filter),
    labelsOf(filter),
    filter.state ?? null,
    filter.status ?? null,
    filter.run ?? null,
    filter.attention === true,
    rank,
    name,
    limit + 1,
  ]);
  return pageOf(rows, limit, toSummary, (row) => `${row.rank}${BETWEEN}${row.name}`);
}

/** AppError "invalid" for a cursor of another list. */
function keyOf(key: string): [rank: number, name: string] {
  const [rank, name] = key.split(BETWEEN);
  if (rank === undefined || name === undefined || !/^\d$/.test(rank)) throw unknownCursor();
  return [Number(rank), name];
}

/**
 * One database, watched or not any more, with its drift and the runs that have not ended. AppError "not_found" for a name
 * nobody knows.
 */
export async function readDatabase(store: Database, name: string): Promise<DatabaseDetail> {
  const [heads, details, active] = await Promise.all([
    store.query<DatabaseRow>(DATABASES, [name, null, null, null, null, null, false, null, null, 1]),
    store.query<{
      drift: ObjectChange[];
      tap: DatabaseTap | null;
      standby: boolean | null;
      counting: boolean | null;
      notice: string | null;
      notice_at: Date | null;
      id: string | null;
      taken_at: Date;
      fingerprint: string;
      object_count: number;
      server_version_num: number;
      unreadable: string[];
    }>(
      `select d.drift, d.tap, d.standby, d.counting, d.notice, d.notice_at, s.id, s.taken_at, s.fingerprint, s.object_count, s.server_version_num, s.unreadable
       from schemawatch.database d left join schemawatch.snapshot s on s.id = d.snapshot_id where d.name = $1`,
      [name],
    ),
    listRuns(store, { database: name, active: true, limit: MAX_LIMIT }),
  ]);
  const [head, detail] = [heads[0], details[0]];
  if (head === undefined || detail === undefined) throw unknownDatabase(name);
  return {
    ...toSummary(head),
    exactEveryMs: head.exact_every_ms,
    snapshot:
      detail.id === null
        ? null
        : {
            id: Number(detail.id),
            takenAt: detail.taken_at.toISOString(),
            fingerprint: detail.fingerprint,
            objects: detail.object_count,
            serverVersion: versionName(detail.server_version_num),
            unreadable: detail.unreadable,
          },
    tap: detail.tap,
    standby: detail.standby === true,
    counting: detail.counting !== false,
    notice:
      detail.notice === null || detail.notice_at === null
        ? null
        : { at: detail.notice_at.toISOString(), text: detail.notice },
    driftChanges: detail.drift,
    activeRuns: active.items,
  };
}

function toSummary(row: DatabaseRow): DatabaseSummary {
  return {
    name: row.name,
    labels: row.labels,
    // A baseline that cannot be read judges nothing; baselineReason tells why.
    status:
      row.baseline_state === "synced" || row.baseline_state === "drifted"
        ? row.baseline_state
        : "no baseline",
    ...reach(row),
    sample: row.sample,
    connect: row.connect,
    intervalMs: row.interval_ms,
    lastSeenAt: row.last_gate_at?.toISOString() ?? null,
    lastLookAt: row.last_look_at?.toISOString() ?? null,
    lastLookMs: row.last_look_ms,
    objects: row.object_count,
    lastChange: lastChangeOf(row),
    lastRun:
      row.last_run_id === null || row.last_run_state === null
        ? null
        : { id: Number(row.last_run_id), state: row.last_run_state },
    drift: row.drift_count,
    baseline: row.baseline,
    baselineReason: row.baseline_reason,
    activity: activityOf(row.hours ?? []),
  };
}

function reach(row: DatabaseRow): Pick<DatabaseSummary, "state" | "reason" | "nextTryAt"> {
  const unwatched = (reason: string) => ({ state: "unreachable" as const, reason, nextTryAt: null });
  if (!row.watched) return unwatched("It is not watched any more; its history stays.");
  if (row.forsaken)
    return unwatched("No poller watches it at the moment: start one, or see the pollers' log.");
  return { state: row.state, reason: row.reason, nextTryAt: row.next_try_at?.toISOString() ?? null };
}

function lastChangeOf(row: DatabaseRow): ChangeSummary | null {
  if (row.change === null || row.change_found_at === null) return null;
  const { run_id: runId, ...change } = row.change;
  return { ...change, database: row.name, foundAt: row.change_found_at.toISOString(), runId };
}

/** The 24 buckets of a day; hours without a change are left out of `hours`. */
function activityOf(hours: readonly Hour[]): DatabaseSummary["activity"] {
  const activity: { changes: number; worst: Compatibility | null }[] = [];
  for (let hour = 0; hour < 24; hour++) activity.push({ changes: 0, worst: null });
  for (const [hour, changes, worst] of hours) activity[hour] = { changes, worst: WORST[worst] ?? null };
  return activity;
}

/** 180004 is "18.4" (PostgreSQL manual, PQserverVersion). */
function versionName(number: number): string {
  return `${Math.floor(number / 10_000)}.${number % 10_000}`;
}
