import type { Snapshot } from "../catalog/model.ts";

/** What a look can no longer read that the one before could, and the other way round, as sentences; null for neither. */
export function readability(before: Snapshot, after: Snapshot): string | null {
  const [old, now] = [new Set(before.unreadable), new Set(after.unreadable)];
  const [lost, won] = [now.difference(old), old.difference(now)];
  const told = [
    lost.size > 0 && `Not read from now on: ${[...lost].join("; ")}.`,
    won.size > 0 && lost.size === 0 && `Read again: ${[...won].join("; ")}.`,
  ];
  return told.filter(Boolean).join(" ") || null;
}
