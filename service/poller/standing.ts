import { type ObjectChange, worstFirst } from "../catalog/change.ts";
import { concerningSlices } from "../catalog/concern.ts";
import { diffSlices } from "../catalog/diff.ts";
import { type IgnoreMatcher, ignoringSlices } from "../catalog/ignore.ts";
import { judgeSlices } from "../catalog/judge/judge.ts";
import type { Snapshot } from "../catalog/model.ts";
import type { Slices } from "../slices.ts";
import type { BaselineStanding } from "../store/baselines.ts";
import type { Baseline } from "./baseline-file.ts";

/** What differs between two snapshots with its judgement, worst first. What either list ignores counts on neither side. */
export function* judgedChanges(
  before: Snapshot,
  after: Snapshot,
  ignores: readonly IgnoreMatcher[],
): Slices<readonly ObjectChange[]> {
  const [watchedBefore, watchedAfter] = [yield* less(before, ignores), yield* less(after, ignores)];
  const differences = yield* diffSlices(watchedBefore, watchedAfter);
  if (differences.length === 0) return [];
  return worstFirst(yield* judgeSlices(differences, after));
}

function* less(snapshot: Snapshot, ignores: readonly IgnoreMatcher[]): Slices<Snapshot> {
  let { objects } = snapshot;
  for (const ignore of ignores) objects = yield* ignoringSlices(objects, ignore);
  return { ...snapshot, objects };
}

/** How a database without a baseline stands. */
export const NO_BASELINE: BaselineStanding = { state: "none", reason: null, hash: null, drift: [] };

/** How a schema stands to its baseline, as far as its server's roles concern it; without one, or without a schema seen yet, there is nothing to compare. */
export function* standingOf(
  baseline: Baseline | null,
  snapshot: Snapshot,
  ignore: IgnoreMatcher,
): Slices<BaselineStanding> {
  if (baseline === null) return NO_BASELINE;
  if (baseline.state === "unreadable") {
    return { state: "unreadable", reason: baseline.reason, hash: null, drift: [] };
  }
  const concerning = yield* concerningSlices(baseline.snapshot, snapshot);
  const drift = yield* judgedChanges(...concerning, [ignore]);
  return { state: drift.length === 0 ? "synced" : "drifted", reason: null, hash: baseline.hash, drift };
}
