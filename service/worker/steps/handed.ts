import type { StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";

/** What the steps have in common that hand the change to an engine outside. */
export const HANDED = {
  // The step's own limit (databases.yaml, at most 24 h) is met first, as it ends the work outside too.
  timeoutMs: 25 * 3_600_000,
  // They ask again by themselves; a second try would not know what the first one met.
  retries: 0,
  backoffMs: 0,
  outside: true,
  // The report is written all the same, and says why.
  optional: true,
  elsewhere: true,
} as const;

/** Null when it is not known. */
export const impactOf = ({ failure, output }: StepContext<Outputs>) =>
  failure("impact") === undefined ? output("impact").impact : null;
