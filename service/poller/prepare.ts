import type { ObjectChange } from "../catalog/change.ts";
import type { GateReading } from "../catalog/gate.ts";
import { fingerprint } from "../catalog/hash.ts";
import { compileIgnore } from "../catalog/ignore.ts";
import type { CatalogObject, Snapshot } from "../catalog/model.ts";
import type { NewSnapshot } from "../store/handover.ts";
import type { WatchState } from "../store/snapshots.ts";
import { compareContent, type KnownSnapshot } from "./comparison.ts";
import { judgedChanges } from "./standing.ts";

/** With what the current snapshot was taken: another gate reading, or another ignore list, makes an exact look due. */
export interface Mark {
  readonly gate: GateReading;
  readonly ignore: readonly string[];
}

/** What the poller knows of a database: the store's state, and nothing that is not committed. */
export interface Known {
  /** The current snapshot's id; null before the first look. */
  readonly id: string | null;
  /** Null before the first look, and when the stored one is of another format. */
  readonly content: KnownSnapshot | null;
  readonly mark: Mark | null;
  readonly rowVersion: string | null;
}

/** What the store holds, as the poller has it in mind. */
export function knownOf(state: WatchState): Known {
  const { stored, mark, rowVersion } = state;
  return {
    id: stored?.id ?? null,
    content: stored?.snapshot ? { snapshot: stored.snapshot, hashes: stored.hashes } : null,
    mark: isMark(mark) ? mark : null,
    rowVersion,
  };
}

/** A fresh snapshot compared with the known one. */
export interface Prepared {
  readonly content: KnownSnapshot;
  readonly next: NewSnapshot | null;
  readonly changes: readonly ObjectChange[];
  readonly readdressed: readonly CatalogObject[];
  /** Why there is a new snapshot without a comparison. */
  readonly note: string | null;
}

/**
 * What the store must write for a fresh snapshot. Without a known snapshot, or with one of another format, it is kept
 * as what later looks are compared with, and no change is told.
 */
export function prepare(known: Known, fresh: Snapshot, ignore: readonly string[]): Prepared {
  const delta = compareContent(known.content, fresh);
  const content = delta.known;
  const same = delta.begun.length === 0 && delta.ended.length === 0;
  if (known.content && same && sameServer(known.content.snapshot, fresh)) {
    return { content, next: null, changes: [], readdressed: delta.readdressed, note: null };
  }
  const next: NewSnapshot = {
    snapshot: content.snapshot,
    fingerprint: fingerprint(content.snapshot),
    before: known.id,
    ended: known.content ? delta.ended : "all",
    begun: delta.begun,
  };
  if (known.content) {
    // What was ignored before, or is now, neither came nor went.
    const ignores = [compileIgnore(known.mark?.ignore ?? []), compileIgnore(ignore)];
    const changes = judgedChanges(known.content.snapshot, content.snapshot, ignores);
    return { content, next, changes, readdressed: delta.readdressed, note: null };
  }
  const note =
    known.id === null
      ? "The first look: later ones are compared with it."
      : "The stored snapshot is of another format version: later looks are compared with this one.";
  return { content, next, changes: [], readdressed: [], note };
}

/** Addresses are kept with the snapshot of the server they are from, so another server needs a snapshot of its own. */
function sameServer(before: Snapshot, after: Snapshot): boolean {
  return (
    before.origin === after.origin &&
    before.serverVersionNum === after.serverVersionNum &&
    before.unreadable.join("\n") === after.unreadable.join("\n")
  );
}

function isMark(mark: unknown): mark is Mark {
  return typeof mark === "object" && mark !== null && "gate" in mark && "ignore" in mark;
}
