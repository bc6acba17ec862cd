import type { PgBoss } from "pg-boss";
import type { Clock } from "../clock.ts";
import { toAppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Database } from "../postgres/types.ts";
import { releaseRun, type TakenRun, takeRuns } from "../store/journal.ts";
import { RunControl } from "./control.ts";
import { executeRun } from "./engine.ts";
import type { Workflow } from "./workflow.ts";

export interface CrewOptions<Outputs> {
  readonly store: Database;
  readonly boss: PgBoss;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly workflow: Workflow<Outputs>;
  readonly workerId: string;
  /** Runs at once. */
  readonly concurrency: number;
}

/** More runs than this do not wait at once for work that is done elsewhere: each asks for it about once a second. */
const MAX_ELSEWHERE = 200;

interface ActiveRun {
  readonly run: TakenRun;
  readonly since: number;
  readonly control: RunControl;
  readonly done: Promise<void>;
  /** It waits for work that is done elsewhere, and takes no place. */
  elsewhere: boolean;
}

/** The runs under way in this process: takes as many as there are places, and sees each to its end. */
export class Crew<Outputs> {
  readonly #options: CrewOptions<Outputs>;
  readonly #active = new Map<string, ActiveRun>();
  #taking: Promise<void> | undefined;
  #again = false;
  #leaving = false;

  constructor(options: CrewOptions<Outputs>) {
    this.#options = options;
  }

  active(): readonly { readonly run: TakenRun; readonly since: number }[] {
    return [...this.#active.values()];
  }

  /** Whether a run of this attempt is under way here. */
  runs(id: string, attempt: number): boolean {
    return this.#active.get(id)?.run.attempt === attempt;
  }

  /** Jobs may wait: takes them while there are places. */
  wake(): void {
    if (this.#leaving) return;
    if (this.#taking) {
      this.#again = true;
      return;
    }
    this.#taking = this.#take().finally(() => {
      this.#taking = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Stops the running step of a run and ends the run as cancelled. */
  cancel(id: string): void {
    this.#active.get(id)?.control.stop("cancelled");
  }

  /**
   * Takes nothing more; runs are handed back after their running step, or, once `halt` aborts, in it; those that wait for
   * work done elsewhere at once, as another worker goes on waiting for it.
   */
  async leave(halt: AbortSignal): Promise<void> {
    this.#leaving = true;
    await this.#taking;
    const stopAll = () => {
      for (const { control } of this.#active.values()) control.stop("halted");
    };
    for (const { elsewhere, control } of this.#active.values()) if (elsewhere) control.stop("halted");
    if (halt.aborted) stopAll();
    halt.addEventListener("abort", stopAll, { once: true });
    await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  async #take(): Promise<void> {
    const { store, boss, workflow, workerId, concurrency, log, metrics } = this.#options;
    const steps = workflow.steps.map((step) => step.name);
    do {
      this.#again = false;
      const worker = { id: workerId, steps, only: onlyOf(workflow) };
      const places = this.#places(concurrency);
      if (places <= 0 || this.#leaving) return;
      try {
        for (const run of await takeRuns(store, boss, worker, places)) this.#start(run);
      } catch (error) {
        // The sweep tries again soon.
        metrics.errors.inc({ role: "worker", code: toAppError(error).code });
        log.warn({ err: error }, "runs could not be taken");
        return;
      }
    } while (this.#again);
  }

  #start(run: TakenRun): void {
    const control = new RunControl();
    const elsewhere = (waits: boolean) => {
      active.elsewhere = waits;
      if (waits) this.wake();
    };
    const active: ActiveRun = {
      run,
      since: this.#options.clock.monotonic(),
      control,
      elsewhere: false,
      done: this.#see(run, control, elsewhere).then((more) => {
        this.#active.delete(run.id);
        if (more) this.wake();
      }),
    };
    this.#active.set(run.id, active);
  }

  #places(concurrency: number): number {
    let away = 0;
    for (const { elsewhere } of this.#active.values()) if (elsewhere) away += 1;
    return concurrency - (this.#active.size - Math.min(away, MAX_ELSEWHERE));
  }

  /** Resolves to whether more jobs may wait. */
  async #see(run: TakenRun, control: RunControl, elsewhere: (waits: boolean) => void): Promise<boolean> {
    const { log, metrics } = this.#options;
    try {
      const leaving = () => this.#leaving;
      const outcome = await executeRun({ ...this.#options, run, control, leaving, elsewhere });
      if (outcome.kind === "ended") {
        const { id, database, attempt } = run;
        const level = outcome.state === "failed" ? "warn" : "debug";
        log[level]({ run: id, database, attempt, state: outcome.state }, "run ended");
        return outcome.more;
      }
      if (outcome.kind === "released") await this.#release(run, "Handed back: its worker is stopping.");
      else log.warn({ run: run.id, attempt: run.attempt }, "run lost to another worker");
    } catch (error) {
      metrics.errors.inc({ role: "worker", code: toAppError(error).code });
      log.error({ run: run.id, err: error }, "run could not be journaled");
      await this.#release(run, "Handed back: its worker could not write its journal.").catch((cause) =>
        log.error({ run: run.id, err: cause }, "run could not be handed back"),
      );
    }
    return true;
  }

  #release(run: TakenRun, why: string): Promise<void> {
    return releaseRun(this.#options.store, this.#options.boss, run, why);
  }
}

/** The steps that only some databases have, with those. */
function onlyOf<Outputs>({ steps }: Workflow<Outputs>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(steps.flatMap((step) => (step.only ? [[step.name, step.only()]] : [])));
}
