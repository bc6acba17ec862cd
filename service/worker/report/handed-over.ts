import type { Impact } from "../../catalog/impact.ts";
import type { TakenRun } from "../../store/journal.ts";
import type { JudgeOutput } from "../steps/judge.ts";
import type { LoadOutput } from "../steps/load.ts";

/** What an engine outside is given of a run: three texts, of which `change` is JSON (docs/dagster.md has its shape). */
export function handedOver(
  run: Pick<TakenRun, "id" | "cause" | "requestedBy">,
  { database, look, change, baseline }: LoadOutput,
  judge: JudgeOutput,
  impact: Impact | null,
): { readonly database: string; readonly run: string; readonly change: string } {
  const given = {
    database,
    run: { id: Number(run.id), cause: run.cause, requestedBy: run.requestedBy },
    look,
    change: change && { ...change, id: Number(change.id) },
    judgement: { worst: judge.worst, counts: judge.counts, summary: judge.summary },
    impact,
    baseline: { status: baseline.state, drift: baseline.drift },
  };
  return { database, run: run.id, change: JSON.stringify(given) };
}
