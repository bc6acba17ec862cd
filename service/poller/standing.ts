import { type ObjectChange, worstFirst } from "../catalog/change.ts";
import { concerningOnly } from "../catalog/concern.ts";
import { diffSnapshots } from "../catalog/diff.ts";
import { type IgnoreMatcher, withoutIgnored } from "../catalog/ignore.ts";
import { judge } from "../catalog/judge/judge.ts";
import type { Snapshot } from "../catalog/model.ts";
import type { BaselineStanding } from "../store/baselines.ts";
import type { Baseline } from "./baseline-file.ts";

/** What differs between two snapshots with its judgement, worst first. What either list ignores counts on neither side. */
export function judgedChanges(
  before: Snapshot,
  after: Snapshot,
  ignores: readonly IgnoreMatcher[],
): readonly ObjectChange[] {
  const less = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    objects: ignores.reduce((objects, ignore) => withoutIgnored(objects, ignore), snapshot.objects),
  });
  const differences = diffSnapshots(less(before), less(after));
  if (differences.length === 0) return [];
  return worstFirst(judge(differences, after));
}

/** How a schema stands to its baseline, as far as its server's roles concern it; without one, or without a schema seen yet, there is nothing to compare. */
export function standingOf(
  baseline: Baseline | null,
  snapshot: Snapshot,
  ignore: IgnoreMatcher,
): BaselineStanding {
  if (baseline === null) return { state: "none", reason: null, hash: null, drift: [] };
  if (baseline.state === "unreadable") {
    return { state: "unreadable", reason: baseline.reason, hash: null, drift: [] };
  }
  const drift = judgedChanges(...concerningOnly(baseline.snapshot, snapshot), [ignore]);
  return { state: drift.length === 0 ? "synced" : "drifted", reason: null, hash: baseline.hash, drift };
}
