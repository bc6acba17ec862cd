import type { Clock } from "../clock.ts";
import type { Metrics } from "../metrics.ts";
import type { Database } from "../postgres/types.ts";
import type { RunEnd, TakenRun } from "../store/journal.ts";
import type { RunControl } from "./control.ts";
import { LostRun, Recorder } from "./recorder.ts";
import { type AnyStep, StepRun } from "./step-run.ts";
import { MAX_ATTEMPTS, type Workflow } from "./workflow.ts";

export interface EngineOptions<Outputs> {
  readonly store: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly workflow: Workflow<Outputs>;
  readonly run: TakenRun;
  readonly control: RunControl;
  /** True once the worker takes its leave: the run is then handed back between two steps. */
  readonly leaving: () => boolean;
  /** Told when the run begins and ends to wait for work that is done elsewhere. */
  readonly elsewhere: (waits: boolean) => void;
}

/** How a run left this worker: ended (then whether more jobs wait), to be handed back, or already another's. */
export type Outcome =
  | { readonly kind: "ended"; readonly state: RunEnd["state"]; readonly more: boolean }
  | { readonly kind: "released" | "lost" };

/** Runs what is left of a run, step by step, and journals it. Rejects only with what the store refused. */
export async function executeRun<Outputs>(options: EngineOptions<Outputs>): Promise<Outcome> {
  const { store, clock, metrics, run, control } = options;
  const recorder = new Recorder({ store, clock, run, control });
  if (run.cancel) control.stop("cancelled");
  try {
    const end =
      run.attempt > MAX_ATTEMPTS
        ? failed(`Given up: begun ${MAX_ATTEMPTS} times and never ended.`)
        : await runSteps(options as unknown as EngineOptions<Record<string, unknown>>, recorder);
    if (!end) {
      await recorder.settle();
      return { kind: "released" };
    }
    recorder.event({ type: "run", state: end.state, message: END_MESSAGES[end.state](end) });
    const { more, seconds } = await recorder.end(end);
    metrics.runs.inc({ state: end.state });
    metrics.runSeconds.observe(seconds);
    return { kind: "ended", state: end.state, more };
  } catch (error) {
    if (error instanceof LostRun) return { kind: "lost" };
    throw error;
  }
}

const END_MESSAGES = {
  succeeded: () => "Succeeded.",
  failed: (end: RunEnd) => `Failed: ${end.error}`,
  cancelled: () => "Cancelled.",
};

const failed = (error: string): RunEnd => ({ state: "failed", error, summary: error });
const cancelled: RunEnd = { state: "cancelled", summary: "Cancelled." };

/** The end of the run; undefined when it is to be handed back. */
async function runSteps(
  options: EngineOptions<Record<string, unknown>>,
  recorder: Recorder,
): Promise<RunEnd | undefined> {
  const { workflow, run, control, leaving } = options;
  const outputs = new Map<string, unknown>();
  const failures = new Map<string, string>();
  const journal = new Map(run.steps.map((step) => [step.name, step]));
  const kept = new Map<string, unknown>();
  const steps = (workflow.steps as readonly AnyStep[]).filter((step) => !step.only || journal.has(step.name));
  for (const [index, step] of steps.entries()) {
    const known = journal.get(step.name);
    if (known && known.state !== "succeeded") kept.set(step.name, known.output ?? undefined);
    if (known?.state === "succeeded") {
      outputs.set(step.name, known.output);
      continue;
    }
    if (known?.state === "failed" && step.optional) {
      failures.set(step.name, known.error ?? "Failed.");
      continue;
    }
    if (step.outside) await recorder.settle();
    if (control.lost) throw new LostRun();
    const stepRun = new StepRun(options, recorder, step, index + 1, known?.attempt ?? 0, {
      outputs,
      failures,
      kept,
    });
    if (control.cancelled) {
      // Another worker died in it, or handed it back.
      if (known && known.state !== "failed" && known.attempt > 0) await stepRun.cancel();
      return cancelled;
    }
    if (leaving() || control.halted) return undefined;
    const outcome = await stepRun.execute();
    if (outcome === "released") return undefined;
    if (outcome === "cancelled") return cancelled;
    if (outcome.error !== undefined) {
      if (!step.optional) return failed(`${step.name}: ${outcome.error}`);
      failures.set(step.name, outcome.error);
    }
  }
  return { state: "succeeded" };
}
