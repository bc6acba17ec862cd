import type { Compatibility } from "../../catalog/change.ts";
import type { DatabaseSummary } from "../models.ts";

/** [hour 0 oldest to 23, changes, worst as 0 safe to 2 breaking] */
export type Hour = readonly [hour: number, changes: number, worst: number];

const WORST: readonly Compatibility[] = ["safe", "risky", "breaking"];

/** The 24 buckets of a day; hours without a change are left out of `hours`. */
export function activityOf(hours: readonly Hour[]): DatabaseSummary["activity"] {
  const activity: { changes: number; worst: Compatibility | null }[] = [];
  for (let hour = 0; hour < 24; hour++) activity.push({ changes: 0, worst: null });
  for (const [hour, changes, worst] of hours) activity[hour] = { changes, worst: WORST[worst] ?? null };
  return activity;
}
