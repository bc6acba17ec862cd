import type { Compatibility, ObjectChange } from "../catalog/change.ts";
import type { Impact } from "../catalog/impact.ts";

/*
 * What the API answers and the pages show: the same words in both. Times are ISO 8601 UTC. Ids are numbers; they stay far
 * below 2^53. The read models in store/read/*.ts return these shapes.
 */

export type DatabaseStatus = "synced" | "drifted" | "no baseline";

export interface DatabaseSummary {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: DatabaseStatus;
  /** "starting" until the first look; "unreachable" with `reason` and `nextTryAt`. */
  readonly state: "starting" | "watching" | "unreachable";
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
  /** From the baseline to the schema, at most 200. */
  readonly driftChanges: readonly ObjectChange[];
  /** Not ended yet, newest first. */
  readonly activeRuns: readonly RunSummary[];
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
  /** The newest run that processed it. */
  readonly runId: number | null;
}

export interface ChangeDetail extends ChangeSummary {
  /** Worst first; a page of them. */
  readonly changes: readonly ObjectChange[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly impact: Impact | null;
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
