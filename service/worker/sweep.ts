import type { PgBoss } from "pg-boss";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../postgres/types.ts";
import { releaseRun } from "../store/journal.ts";
import { QUEUE } from "../store/queue.ts";
import { sweepRuns } from "../store/workers.ts";
import type { Crew } from "./crew.ts";
import type { Membership } from "./membership.ts";

/** One cheap statement each: a dead worker's run goes on elsewhere about this much later. */
const SWEEP_MS = 750;
/** pg-boss allows 10 s between touches (store/queue.ts). */
const TOUCH_MS = 3000;

export interface SweepOptions {
  readonly store: Database;
  readonly boss: PgBoss;
  readonly clock: Clock;
  readonly log: Logger;
  readonly workerId: string;
  readonly crew: Pick<Crew<never>, "active" | "runs" | "wake">;
  readonly membership: Membership;
}

/**
 * The net below the notices, until `stop` aborts: finds jobs whose notice was lost, takes runs from workers that died or
 * hang, and tells pg-boss that the runs of this one go on.
 */
export async function sweepUntil(stop: AbortSignal, options: SweepOptions): Promise<void> {
  const { clock, log } = options;
  const unknown = new Set<string>();
  let touched = clock.monotonic();
  while (!stop.aborted) {
    await clock.sleep(SWEEP_MS, stop);
    if (stop.aborted) return;
    try {
      if (clock.monotonic() - touched >= TOUCH_MS) {
        touched = clock.monotonic();
        await touch(options);
      }
      await sweep(options, unknown);
    } catch (error) {
      log.warn({ err: error }, "sweep failed");
    }
  }
}

/** `unknown`: this worker's own runs that it did not know of at the last sweep. */
async function sweep(options: SweepOptions, unknown: Set<string>): Promise<void> {
  const { store, boss, log, workerId, crew, membership } = options;
  const { waiting, runs } = await sweepRuns(store, workerId);
  const before = new Set(unknown);
  unknown.clear();
  for (const { run: id, jobId, attempt, mine } of runs) {
    if (mine) {
      // It was taken, but the answer was lost. Seen twice, as one just taken may not be known yet.
      if (crew.runs(id, attempt)) continue;
      const key = `${id}/${attempt}`;
      if (!before.has(key)) {
        unknown.add(key);
        continue;
      }
    } else if (!membership.settled()) continue;
    log.warn({ run: id, attempt }, "taking a run from a dead worker");
    await releaseRun(store, boss, { id, jobId, attempt }, "Handed back: its worker was lost.");
  }
  if (waiting) crew.wake();
}

async function touch({ boss, clock, crew }: SweepOptions): Promise<void> {
  const old = crew.active().filter(({ since }) => clock.monotonic() - since >= TOUCH_MS / 2);
  if (old.length === 0) return;
  await boss.touch(
    QUEUE,
    old.map(({ run }) => ({ id: run.jobId, retryCount: run.attempt - 1 })),
  );
}
