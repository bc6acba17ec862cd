import type { PgBoss } from "pg-boss";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Database } from "../postgres/types.ts";
import type { StoreEvents } from "../store/events.ts";
import { releaseRun } from "../store/journal.ts";
import { QUEUE } from "../store/queue.ts";
import { sweepRuns } from "../store/workers.ts";
import type { Crew } from "./crew.ts";
import type { Membership } from "./membership.ts";

/** One cheap statement each: a dead worker's run goes on elsewhere about this much later. */
const SWEEP_MS = 750;
/** While no run is under way anywhere; the next notice of a run ends it. */
const QUIET_MS = 5000;
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
  readonly events: Pick<StoreEvents, "subscribe">;
}

/**
 * The net below the notices, until `stop` aborts: finds jobs whose notice was lost, takes runs from workers that died or
 * hang, and tells pg-boss that the runs of this one go on.
 */
export async function sweepUntil(stop: AbortSignal, options: SweepOptions): Promise<void> {
  const { clock, log, events } = options;
  const unknown = new Set<string>();
  let rest = new AbortController();
  const unsubscribe = events.subscribe(() => rest.abort());
  stop.addEventListener("abort", () => rest.abort(), { once: true });
  let touched = clock.monotonic();
  let quiet = false;
  while (!stop.aborted) {
    if (quiet) await clock.sleep(QUIET_MS, rest.signal);
    await clock.sleep(SWEEP_MS, stop);
    if (stop.aborted) break;
    // Made before the sweep, so that a notice during it counts.
    rest = new AbortController();
    try {
      if (clock.monotonic() - touched >= TOUCH_MS) {
        touched = clock.monotonic();
        await touch(options);
      }
      quiet = !(await sweep(options, unknown));
    } catch (error) {
      quiet = false;
      log.warn({ err: error }, "sweep failed");
    }
  }
  unsubscribe();
}

/**
 * Resolves to whether there is anything to watch. `unknown`: this worker's own runs that it did not know of at the last
 * sweep.
 */
async function sweep(options: SweepOptions, unknown: Set<string>): Promise<boolean> {
  const { store, boss, log, workerId, crew, membership } = options;
  const { waiting, running, runs } = await sweepRuns(store, workerId);
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
  return waiting || running;
}

async function touch({ boss, clock, crew }: SweepOptions): Promise<void> {
  const old = crew.active().filter(({ since }) => clock.monotonic() - since >= TOUCH_MS / 2);
  if (old.length === 0) return;
  await boss.touch(
    QUEUE,
    old.map(({ run }) => ({ id: run.jobId, retryCount: run.attempt - 1 })),
  );
}
