import type { Action, Compatibility, ObjectChange } from "../catalog/change.ts";
import type { Impact } from "../catalog/impact.ts";
import type { Transient } from "../tap/attribute.ts";
import type { NotedStatement, TapState } from "../tap/log.ts";

/*
 * What the API answers and the pages show: the same words in both. Times are ISO 8601 UTC. Ids are numbers; they stay far
 * below 2^53. The read models in store/read/*.ts return these shapes.
 */

/** How a database stands to its baseline. */
export const DATABASE_STATUSES = ["synced", "drifted", "no baseline"] as const;
export type DatabaseStatus = (typeof DATABASE_STATUSES)[number];

/** How its server is reached. */
export const DATABASE_STATES = ["watching", "starting", "unreachable"] as const;
export type DatabaseState = (typeof DATABASE_STATES)[number];

/** How the newest run of a database stands; active: not ended yet; none: there was no run. */
export const LAST_RUNS = ["succeeded", "active", "failed", "cancelled", "none"] as const;
export type LastRun = (typeof LAST_RUNS)[number];

export interface DatabaseSummary {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: DatabaseStatus;
  /** "starting" until the first look; "unreachable" with `reason` and `nextTryAt`. */
  readonly state: DatabaseState;
  readonly reason: string | null;
  readonly nextTryAt: string | null;
  readonly sample: boolean;
  /** The psql line; the sample's only. */
  readonly connect: string | null;
  readonly intervalMs: number;
  /** The last time the gate was read. */
  readonly lastSeenAt: string | null;
  readonly lastLookAt: string | null;
  readonly lastLookMs: number | null;
  readonly objects: number | null;
  readonly lastChange: ChangeSummary | null;
  /** The newest run, whatever it was for. */
  readonly lastRun: { readonly id: number; readonly state: RunState } | null;
  /** Number of objects that differ from the baseline; why it cannot be read. */
  readonly drift: number;
  readonly baseline: string | null;
  readonly baselineReason: string | null;
  /** Changes in the last 24 hours in 24 buckets, oldest first, each with its worst judgement. */
  readonly activity: readonly { readonly changes: number; readonly worst: Compatibility | null }[];
}

export interface DatabaseDetail extends DatabaseSummary {
  readonly exactEveryMs: number;
  readonly snapshot: {
    readonly id: number;
    readonly takenAt: string;
    readonly fingerprint: string;
    readonly objects: number;
    readonly serverVersion: string;
    readonly unreadable: readonly string[];
  } | null;
  /** Null before the first look. */
  readonly tap: DatabaseTap | null;
  /** A standby, where only row versions tell of a change. */
  readonly standby: boolean;
  /** False where track_counts is off: then row versions tell as well. */
  readonly counting: boolean;
  /** The last thing that happened to the server itself. */
  readonly notice: { readonly at: string; readonly text: string } | null;
  /** From the baseline to the schema, at most 200. */
  readonly driftChanges: readonly ObjectChange[];
  /** Not ended yet, newest first. */
  readonly activeRuns: readonly RunSummary[];
}

/** An object of a snapshot in a list. */
export interface ListedObject {
  readonly kind: string;
  readonly identity: string;
}

/** How the tap of a database stands. */
export interface DatabaseTap {
  readonly state: TapState;
  readonly version: number | null;
  /** Whether it wakes the poller. */
  readonly listening: boolean;
  /** Why it cannot be read or listened to. */
  readonly reason: string | null;
}

export interface ChangeSummary {
  readonly id: number;
  readonly database: string;
  readonly foundAt: string;
  readonly cause: "start" | "gate" | "row-version" | "unconditional" | "request" | "tap";
  readonly compatibility: Compatibility;
  readonly breaking: number;
  readonly risky: number;
  readonly safe: number;
  readonly summary: string;
  /** What was done to its objects; empty where only something came and went. */
  readonly actions: readonly Action[];
  /** Who logged in to make it, as far as a tap tells; empty: unknown. */
  readonly authors: readonly string[];
  /** Objects that came and went, or were put back, between two looks. */
  readonly transients: number;
  /** The newest run that processed it. */
  readonly runId: number | null;
}

/** A statement that made a change, as the tap noted it. */
export interface ChangeStatement
  extends Pick<
    NotedStatement,
    "at" | "transaction" | "login" | "role" | "application" | "address" | "pid" | "tag" | "text"
  > {
  /** 1-based; objects name it by this. */
  readonly seq: number;
}

/** A changed object with the numbers of its statements; none: unknown. */
export interface ChangedObject extends ObjectChange {
  readonly statements: readonly number[];
}

export interface ChangeDetail extends ChangeSummary {
  /** Worst first; a page of them. */
  readonly changes: readonly ChangedObject[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly impact: Impact | null;
  /** Why it is told as a whole, without its objects. */
  readonly note: string | null;
  /** Whether a tap could be read when it was found. */
  readonly attribution: TapState;
  /** At most 200, the last ones. */
  readonly statements: readonly ChangeStatement[];
  /** At most 200. */
  readonly transientObjects: readonly Transient[];
}

/** In the order a run may pass them. */
export const RUN_STATES = ["requested", "queued", "running", "succeeded", "failed", "cancelled"] as const;

export type RunState = (typeof RUN_STATES)[number];

/** Whether a run in this state goes no further. */
export function hasEnded(state: RunState): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

export interface RunSummary {
  readonly id: number;
  readonly database: string;
  readonly changeId: number | null;
  readonly cause: "change" | "request" | "rerun";
  readonly rerunOf: number | null;
  readonly requestedBy: string | null;
  readonly state: RunState;
  readonly cancelRequested: boolean;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly summary: string | null;
  readonly error: string | null;
}

export interface Look {
  readonly outcome: "changed" | "unchanged" | "failed";
  readonly at: string;
  readonly ms: number;
  readonly objects: number | null;
  readonly reason: string | null;
}

export interface RunStep {
  readonly name: string;
  readonly state: "pending" | "running" | "succeeded" | "failed" | "cancelled";
  readonly attempt: number;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly error: string | null;
  /** Where the work is done elsewhere: how it stands there, and the address of its page there. */
  readonly note: string | null;
  readonly link: string | null;
}

export interface RunEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: "run" | "step" | "log";
  readonly step: string | null;
  readonly state: string | null;
  readonly level: "info" | "warn" | "error" | null;
  readonly message: string;
}

export interface RunDetail extends RunSummary {
  readonly attempt: number;
  readonly look: Look | null;
  readonly steps: readonly RunStep[];
  readonly report: { readonly markdown: string; readonly html: string } | null;
}

/** A page of a list; `nextCursor` goes into ?cursor= for the following one, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
