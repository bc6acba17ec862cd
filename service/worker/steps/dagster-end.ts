import type { Clock } from "../../clock.ts";
import type { DagsterClient } from "../../dagster/client.ts";
import type { ExecutionTag as Tag } from "../../dagster/documents.ts";
import { DagsterFault } from "../../dagster/fault.ts";
import { hasEnded, runsTagged, terminate } from "../../dagster/runs.ts";

/** A launch whose answer was lost may make its run this much later: 5.5 s were seen. */
export const APPEAR_MS = 15_000;
/** How long a run has to end by itself after it was asked to. */
const GENTLE_MS = 8000;
const POLL_MS = 500;

export interface EndOptions {
  readonly client: DagsterClient;
  readonly clock: Clock;
  /** Of the runs to end. */
  readonly tags: readonly Tag[];
  /** The run that is known to be there; null: one may yet appear. */
  readonly run: string | null;
  readonly signal: AbortSignal;
}

/** Ends all runs with the tags; resolves to null when none goes on, else to why not. Gives up with its signal. */
export async function endRuns({ client, clock, tags, run, signal }: EndOptions): Promise<string | null> {
  const began = clock.monotonic();
  const asked = new Set<string>();
  let appeared = run !== null;
  let why = "Dagster was not asked in time.";
  while (!signal.aborted) {
    const waited = clock.monotonic() - began;
    try {
      const runs = await runsTagged(client, tags, signal);
      const going = runs.filter(({ status }) => !hasEnded(status));
      appeared ||= runs.length > 0;
      if (going.length === 0 && (appeared || waited >= APPEAR_MS)) return null;
      for (const { runId, status } of going) {
        const force = waited >= GENTLE_MS || status === "QUEUED" || status === "NOT_STARTED";
        if (asked.has(runId) && !force) continue;
        const refused = await terminate(client, runId, force ? "at once" : "gently", signal);
        asked.add(runId);
        if (refused !== null) {
          why = refused;
          // Its process cannot be reached: then it is marked as ended.
          await terminate(client, runId, "at once", signal);
        }
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof DagsterFault)) break;
      why = error.message;
      if (error.kind === "wrong") return why;
    }
    await clock.sleep(POLL_MS, signal);
  }
  return why;
}
