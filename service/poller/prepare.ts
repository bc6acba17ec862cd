import type { ObjectChange } from "../catalog/change.ts";
import type { GateReading } from "../catalog/gate.ts";
import { fingerprintSlices } from "../catalog/hash.ts";
import { compileIgnore } from "../catalog/ignore.ts";
import type { CatalogObject, Snapshot, Unseen } from "../catalog/model.ts";
import { each, type Slices } from "../slices.ts";
import type { NewSnapshot, Replaced } from "../store/handover.ts";
import type { WatchHeader, WatchState } from "../store/snapshots.ts";
import { type Attribution, attribute } from "../tap/attribute.ts";
import type { TapMark, TapReading, TapState } from "../tap/log.ts";
import { compareContent, type KnownSnapshot, knownHash } from "./comparison.ts";
import { judgedChanges } from "./standing.ts";

/** With what the current snapshot was taken: another gate reading, or another ignore list, makes an exact look due. */
export interface Mark {
  readonly gate: GateReading;
  readonly ignore: readonly string[];
  /** Absent where a look before this had none. */
  readonly tap?: TapMark;
  /** What the look that took the snapshot could not read. */
  readonly unseen?: Unseen;
}

/** What the poller keeps in mind of a database: the store's state, and nothing that is not committed. */
export interface Kept {
  /** The current snapshot's id; null before the first look. */
  readonly id: string | null;
  /** Null before the first look, and when the stored one is of another format; "stored": in the store alone. */
  readonly content: KnownSnapshot | "stored" | null;
  readonly mark: Mark | null;
  readonly rowVersion: string | null;
}

/** The same with the schema. */
export interface Known extends Kept {
  readonly content: KnownSnapshot | null;
}

/** What the store tells without the schema, as the poller has it in mind. */
export function keptOf({ snapshotId, isReadable, mark, rowVersion }: WatchHeader): Kept {
  const content = snapshotId !== null && isReadable ? "stored" : null;
  return { id: snapshotId, content, mark: isMark(mark) ? mark : null, rowVersion };
}

/** What the store holds, as the poller has it in mind. */
export function knownOf(state: WatchState): Known {
  const { stored, mark, rowVersion } = state;
  const known = isMark(mark) ? mark : null;
  const unseen = known?.unseen && { unseen: known.unseen };
  return {
    id: stored?.id ?? null,
    content: stored?.snapshot ? { snapshot: { ...stored.snapshot, ...unseen }, hashes: stored.hashes } : null,
    mark: known,
    rowVersion,
  };
}

/** A fresh snapshot compared with the known one. */
export interface Prepared {
  readonly content: KnownSnapshot;
  readonly next: NewSnapshot | null;
  readonly changes: readonly ObjectChange[];
  readonly readdressed: readonly CatalogObject[];
  /** Another database answers, and most of what was known is not in it: told as one change, not object by object. */
  readonly replaced: Replaced | null;
  /** Why there is a new snapshot without a comparison. */
  readonly note: string | null;
}

/** Objects that a server shares among its databases. */
const SHARED: ReadonlySet<string> = new Set(["role", "tablespace"]);

/**
 * What the store must write for a fresh snapshot. Without a known snapshot, or with one of another format, it is kept
 * as what later looks are compared with, and no change is told.
 */
export function* prepare(known: Known, fresh: Snapshot, ignore: readonly string[]): Slices<Prepared> {
  const delta = yield* compareContent(known.content, fresh);
  const content = delta.known;
  const same = delta.begun.length === 0 && delta.ended.length === 0;
  if (known.content && same && sameServer(known.content.snapshot, fresh)) {
    return { content, next: null, changes: [], readdressed: delta.readdressed, replaced: null, note: null };
  }
  const next: NewSnapshot = {
    snapshot: content.snapshot,
    fingerprint: yield* fingerprintSlices(content.snapshot, (object) => knownHash(content, object)),
    before: known.id,
    ended: known.content ? delta.ended : "all",
    begun: delta.begun,
  };
  const replaced = known.content && replacement(known.content.snapshot, fresh, delta.ended);
  if (replaced) return { content, next, changes: [], readdressed: delta.readdressed, replaced, note: null };
  if (known.content) {
    // What was ignored before, or is now, neither came nor went.
    const ignores = [compileIgnore(known.mark?.ignore ?? []), compileIgnore(ignore)];
    // Tables are read again as a whole, so what was read again is all that a difference can be told from.
    const { since } = fresh.since?.previous === known.content.snapshot.objects ? fresh : {};
    const [before, after] = [known.content.snapshot, content.snapshot];
    const changes = since
      ? yield* judgedChanges({ ...before, objects: since.gone }, { ...after, objects: since.come }, ignores)
      : yield* judgedChanges(before, after, ignores);
    return { content, next, changes, readdressed: delta.readdressed, replaced: null, note: null };
  }
  const note =
    known.id === null
      ? "The first look: later ones are compared with it."
      : "The stored snapshot is of another format version: later looks are compared with this one.";
  return { content, next, changes: [], readdressed: [], replaced: null, note };
}

/**
 * Another database under the name of the one that was watched, without most of what that one held: a list of all that is
 * missing would say less than that.
 */
function replacement(
  before: Snapshot,
  after: Snapshot,
  ended: readonly { readonly kind: string }[],
): Replaced | null {
  const [old, now] = [before.origin, after.origin];
  if (old === undefined || now === undefined || old === now) return null;
  const own = (objects: readonly { readonly kind: string }[]) =>
    objects.filter(({ kind }) => !SHARED.has(kind)).length;
  const [had, lost, has] = [own(before.objects), own(ended), own(after.objects)];
  if (lost * 2 <= had) return null;
  const sameServer = old.split(":")[0] === now.split(":")[0];
  const what = sameServer
    ? "the database was dropped and created again"
    : "another server answers under this name";
  return {
    summary: `${what}: ${lost} of ${had} objects are gone or differ`,
    note:
      `${what.charAt(0).toUpperCase()}${what.slice(1)}. It held ${had} objects, of which ${lost} are gone or differ; it holds ${has} now. ` +
      "They are not told one by one: from here on changes are told against what is there now.",
    compatibility: "breaking",
  };
}

/** Who made the changes, and what left none; `ignores` are what is not watched. */
export function* attributionOf(
  known: Known,
  { changes, readdressed, replaced }: Prepared,
  tap: TapReading,
  ignore: readonly string[],
): Slices<Attribution & { readonly state: TapState }> {
  const statements = replaced || !known.content ? [] : tap.statements;
  const dropped = statements.some(({ dropped }) => dropped.length > 0);
  const before = new Set<string>();
  yield* each(dropped && known.content ? known.content.snapshot.objects : [], ({ address }) => {
    if (address !== undefined) before.add(address);
  });
  const attribution = yield* attribute(changes, statements, {
    known: before,
    readdressed,
    ignores: [compileIgnore(known.mark?.ignore ?? []), compileIgnore(ignore)],
  });
  return { ...attribution, state: tap.state };
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
