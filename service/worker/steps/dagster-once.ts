import type { Clock } from "../../clock.ts";
import type { DagsterClient } from "../../dagster/client.ts";
import type { ExecutionTag as Tag } from "../../dagster/documents.ts";
import { DagsterFault } from "../../dagster/fault.ts";
import { type FoundRun, hasEnded, mayHaveMade, runsTagged, terminate } from "../../dagster/runs.ts";
import { APPEAR_MS } from "./dagster-end.ts";

/*
 * Dagster takes no run id of ours, so a launch is not idempotent, and a worker can be frozen at any point of one while
 * another takes over. What is launched twice all the same is found by its tags, and all but the oldest ended.
 */

const LOOK_MS = 500;
/** Between two looks for a run that a worker launched after it was thought dead. */
const OTHERS_MS = 5000;

interface Options {
  readonly client: DagsterClient;
  readonly clock: Clock;
}

/** The oldest run with the tags, the others ended; null when there is none. Rejects with a DagsterFault. */
export async function settleOn(
  tags: readonly Tag[],
  { client }: Pick<Options, "client">,
  signal: AbortSignal,
): Promise<string | null> {
  const [oldest, ...others] = await runsTagged(client, tags, signal);
  await endAll(others, client, signal);
  return oldest?.runId ?? null;
}

/**
 * For a worker whose step was stopped with its launch under way: when the run is another's by now, that other's counts and
 * this one's, the younger, is ended. Never rejects.
 */
export async function tidyAfter(
  launching: Promise<FoundRun>,
  tags: readonly Tag[],
  { client, clock }: Options,
): Promise<void> {
  const { signal } = new AbortController();
  const made = await launching.then(
    () => "made" as const,
    (error: unknown) => (mayHaveMade(error) ? "perhaps" : "not"),
  );
  const until = clock.monotonic() + APPEAR_MS;
  while (made !== "not" && clock.monotonic() < until) {
    const settled = await settleOn(tags, { client }, signal).catch(() => undefined);
    if (settled !== undefined && made === "made") return;
    await clock.sleep(LOOK_MS);
  }
}

/**
 * Ends what goes on with the tags, but for `run`: every few seconds until `done`, and once more then. Nothing more once
 * `signal` aborts: the run may be another worker's by then. Never rejects.
 */
export async function endOthersUntil(
  done: AbortSignal,
  signal: AbortSignal,
  tags: readonly Tag[],
  run: string,
  { client, clock }: Options,
): Promise<void> {
  for (let last = false; ; ) {
    try {
      const runs = await runsTagged(client, tags, signal);
      await endAll(
        runs.filter(({ runId }) => runId !== run),
        client,
        signal,
      );
    } catch (error) {
      // It is away, as the one who follows the run says.
      if (!signal.aborted && !(error instanceof DagsterFault)) throw error;
    }
    if (last || signal.aborted) return;
    await clock.sleep(OTHERS_MS, done);
    if (signal.aborted) return;
    last = done.aborted;
  }
}

async function endAll(runs: readonly FoundRun[], client: DagsterClient, signal: AbortSignal): Promise<void> {
  for (const { runId, status } of runs) {
    if (!hasEnded(status)) await terminate(client, runId, "at once", signal);
  }
}
