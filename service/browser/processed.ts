import type { ChangeSummary, RunDetail } from "../store/models.ts";
import type { Api } from "../testing/api.ts";
import { until } from "../testing/until.ts";

/** Waits until the newest change that is `wanted` has been processed: with its run, which succeeded. `what` names it in the error. */
export function processed(
  api: Api,
  what: string,
  withinMs: number,
  wanted: (change: ChangeSummary) => boolean,
): Promise<{ change: ChangeSummary; run: RunDetail }> {
  return until(what, withinMs, async () => {
    const { items } = await api.ask<{ items: ChangeSummary[] }>("GET", "/changes");
    const change = items.find(wanted);
    if (!change?.runId) return false;
    const run = await api.ask<RunDetail>("GET", `/runs/${change.runId}`);
    return run.state === "succeeded" && { change, run };
  });
}

/** The paths of the pages that a processed change shows on. */
export function pagesWith({ id, database, runId }: ChangeSummary): string[] {
  return [
    "/",
    "/changes",
    `/changes/${id}`,
    `/databases/${database}`,
    `/databases/${database}/objects`,
    `/runs/${runId}`,
  ];
}
