import type { DagsterEventType, RunEventFragment as RunEvent } from "./documents.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
}

/** Of Dagster's own events, those that a person who follows the run wants to see. */
const SAYINGS: { readonly [Type in DagsterEventType]?: (event: RunEvent) => string } = {
  RUN_ENQUEUED: () => "Dagster queued the run.",
  RUN_DEQUEUED: () => "Dagster took the run from its queue.",
  RUN_START: () => "Dagster's run began.",
  RUN_SUCCESS: () => "Dagster's run succeeded.",
  RUN_FAILURE: (event) => `Dagster's run failed: ${reasonOf(event)}`,
  RUN_CANCELING: () => "Dagster's run is being cancelled.",
  RUN_CANCELED: () => "Dagster's run was cancelled.",
  STEP_START: ({ stepKey }) => `${stepKey}: started.`,
  STEP_SUCCESS: ({ stepKey, message }) =>
    `${stepKey}: done${/ in [\d.]+\w+(?=\.$)/.exec(message)?.[0] ?? ""}.`,
  STEP_FAILURE: (event) => `${event.stepKey}: failed: ${reasonOf(event)}`,
  STEP_SKIPPED: ({ stepKey }) => `${stepKey}: skipped.`,
  STEP_UP_FOR_RETRY: (event) => `${event.stepKey}: will be tried again: ${reasonOf(event)}`,
  STEP_RESTARTED: ({ stepKey }) => `${stepKey}: started again.`,
};

const LEVELS = { CRITICAL: "error", ERROR: "error", WARNING: "warn", INFO: "info", DEBUG: "info" } as const;

/** The event as a line of our live log; null for what only concerns Dagster itself and for lines of debugging. */
export function lineOf(event: RunEvent): LogLine | null {
  const { eventType, level, stepKey, message } = event;
  const say = eventType === null ? undefined : SAYINGS[eventType];
  if (say) return { level: LEVELS[level], message: say(event) };
  if (level === "DEBUG" || (eventType !== null && level === "INFO")) return null;
  const said = errorOf(event) ? `${message} ${reasonOf(event)}` : message;
  return { level: LEVELS[level], message: stepKey === null ? said : `${stepKey}: ${said}` };
}

/** Why it failed, with the exception at the bottom of it, which is the job's own. */
export function reasonOf(event: RunEvent): string {
  const error = errorOf(event);
  const deepest = error?.causes?.at(-1)?.message ?? error?.message;
  return (deepest ?? event.message).trim() || "no reason was given.";
}

const errorOf = (event: RunEvent) => ("error" in event ? event.error : null);

/** The label of the JSON metadata, of an output or an asset, that is a run's result. */
const RESULT = "result";

/** The text of the result that the event carries; null when it carries none. */
export function resultOf(event: RunEvent): string | null {
  if (!("metadataEntries" in event)) return null;
  for (const entry of event.metadataEntries) {
    if (entry.label === RESULT && "jsonString" in entry) return entry.jsonString;
  }
  return null;
}
