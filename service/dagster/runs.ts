import { type DagsterClient, unauthorised } from "./client.ts";
import {
  findRuns,
  launchRun,
  type RunEventFragment,
  type RunStatus,
  readRun,
  type ExecutionTag as Tag,
  terminateRun,
} from "./documents.ts";
import { DagsterFault } from "./fault.ts";
import type { DagsterTarget } from "./target.ts";

/** More than ever share a tag. */
const MAX_FOUND = 100;
/** Events of one request. */
const PAGE = 200;

export interface FoundRun {
  readonly runId: string;
  readonly status: RunStatus;
}

/** Whether a run in this state goes no further. */
export function hasEnded(status: RunStatus): boolean {
  return status === "SUCCESS" || status === "FAILURE" || status === "CANCELED";
}

/** The runs with all of these tags, the oldest first. Rejects with a DagsterFault, as all here do. */
export async function runsTagged(
  client: DagsterClient,
  tags: readonly Tag[],
  signal: AbortSignal,
): Promise<readonly FoundRun[]> {
  const { runsOrError: answer } = await client.ask(findRuns, { tags, limit: MAX_FOUND }, signal);
  if (answer.__typename !== "Runs") throw faultOf(answer, "could not look for runs");
  // By the clock of Dagster's database, so that all who look agree.
  return [...answer.results].sort(
    (one, other) => one.creationTime - other.creationTime || (one.runId < other.runId ? -1 : 1),
  );
}

/** Launches the target's job. A lost answer does not mean that there is no run. */
export async function launch(
  client: DagsterClient,
  target: DagsterTarget,
  runConfigData: object,
  tags: readonly Tag[],
  signal: AbortSignal,
): Promise<FoundRun> {
  const { location, repository, job } = target;
  const selector = { repositoryLocationName: location, repositoryName: repository, jobName: job };
  const params = { selector, runConfigData, executionMetadata: { tags } };
  const { launchRun: answer } = await client.ask(launchRun, { params }, signal);
  switch (answer.__typename) {
    case "LaunchRunSuccess":
      return answer.run;
    case "RunConfigValidationInvalid": {
      const reasons = answer.errors.map(({ message }) => message).join(" ");
      throw new DagsterFault(
        "wrong",
        "invalid",
        `Dagster's job ${job} does not take the configuration: ${reasons.slice(0, 2000)}`,
        {
          mend: 'It needs a resource "schemawatch" with the texts database, run and change: docs/dagster.md.',
        },
      );
    }
    case "PipelineNotFoundError":
      throw new DagsterFault(
        "refused",
        "not_found",
        `Dagster has no job "${job}" in the repository "${repository}" of the code location "${location}".`,
        {
          mend: "Correct dagster.job, repository and location in databases.yaml, or load the code location.",
        },
      );
    default:
      throw faultOf(answer, "could not launch the run");
  }
}

/** Whether a launch that failed so may have made a run all the same. */
export const mayHaveMade = (error: unknown): boolean =>
  error instanceof DagsterFault && error.kind === "away";

export interface RunPage {
  readonly status: RunStatus;
  readonly events: readonly RunEventFragment[];
  readonly cursor: string;
  readonly hasMore: boolean;
}

/** What the run said after `cursor`, and its state; null when Dagster knows no such run (any more). */
export async function readOn(
  client: DagsterClient,
  run: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<RunPage | null> {
  for (let limit = PAGE; ; limit = Math.ceil(limit / 10)) {
    try {
      const { runOrError: state, logsForRun: logs } = await client.ask(
        readRun,
        { run, cursor, limit },
        signal,
      );
      if (state.__typename === "RunNotFoundError" || logs.__typename === "RunNotFoundError") return null;
      if (state.__typename !== "Run") throw faultOf(state, "could not tell the run's state");
      if (logs.__typename !== "EventConnection") throw faultOf(logs, "could not tell the run's events");
      const { events, hasMore } = logs;
      return { status: state.status, events, cursor: logs.cursor, hasMore };
    } catch (error) {
      if (!(error instanceof DagsterFault) || error.code !== "too_large" || limit === 1) throw error;
    }
  }
}

/**
 * Asks for the end of a run; "at once" marks it as cancelled whether or not its process can still be reached. Resolves to
 * why it cannot be ended, null when it was asked to or is gone.
 */
export async function terminate(
  client: DagsterClient,
  run: string,
  how: "gently" | "at once",
  signal: AbortSignal,
): Promise<string | null> {
  const policy = how === "gently" ? "SAFE_TERMINATE" : "MARK_AS_CANCELED_IMMEDIATELY";
  const { terminateRun: answer } = await client.ask(terminateRun, { run, policy }, signal);
  switch (answer.__typename) {
    case "TerminateRunSuccess":
    case "RunNotFoundError":
      return null;
    case "TerminateRunFailure":
      return answer.message;
    default:
      throw faultOf(answer, "could not end the run");
  }
}

/** Errors of Dagster that pass when its code server, or its storage, is there again. */
const PASSING = /Unreachable|UserCodeProcess|OperationalError|InterfaceError|Timeout|Connection/;

/** Any member of an answer's union that says that it could not be done; Dagster's errors have a message, nearly all. */
interface Failure {
  readonly __typename: string;
  readonly message?: string;
  readonly className?: string | null;
}

function faultOf(answer: Failure, what: string): DagsterFault {
  const message = `Dagster ${what}: ${firstLine(answer.message ?? answer.__typename)}`;
  if (answer.__typename === "UnauthorizedError") return unauthorised(message, true);
  const passing = PASSING.test(answer.className ?? "");
  return new DagsterFault(passing ? "away" : "refused", "unavailable", message);
}

const firstLine = (text: string): string => text.trim().split("\n", 1)[0]?.slice(0, 500) ?? "";
