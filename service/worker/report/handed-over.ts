import type { Impact } from "../../catalog/impact.ts";
import { AppError } from "../../errors.ts";
import type { TakenRun } from "../../store/journal.ts";
import type { ChangedObject } from "../../store/models.ts";
import type { JudgeOutput } from "../steps/judge.ts";
import type { LoadOutput } from "../steps/load.ts";

/**
 * What an engine outside is given of a run: three texts, of which `change` is JSON (docs/dagster.md has its shape). Where an
 * engine takes no more than `most` bytes of it, its last objects, the least dangerous, are left out, and then the impact.
 * AppError "too_large" when the rest alone takes more.
 */
export function handedOver(
  run: Pick<TakenRun, "id" | "cause" | "requestedBy">,
  { database, look, change, baseline }: LoadOutput,
  judge: JudgeOutput,
  impact: Impact | null,
  most = Number.POSITIVE_INFINITY,
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
  return { database, run: run.id, change: fitting(given, most) };
}

function fitting(
  given: {
    readonly change: { readonly objects: readonly ChangedObject[] } | null;
    readonly impact: Impact | null;
  },
  most: number,
): string {
  const text = JSON.stringify(given);
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return text;
  const { change, impact } = given;
  if (change && change.objects.length > 0) {
    const objects = change.objects.slice(0, Math.floor(change.objects.length / 2));
    return fitting({ ...given, change: { ...change, objects } }, most);
  }
  if (impact) return fitting({ ...given, impact: null }, most);
  throw new AppError("too_large", `The change takes ${bytes} bytes as JSON; ${most} can be handed over.`);
}
