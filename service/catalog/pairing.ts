import { each, filtered, type Slices } from "../slices.ts";
import { type CatalogObject, type Kind, NAMELESS, objectKey, type Snapshot } from "./model.ts";

/** Which object of one snapshot is which of the other. */
export interface Pairing {
  /** True when both snapshots are of one database on one server, so that addresses tell who is who. */
  readonly sameOrigin: boolean;
  /** Objects of `before` with what they are in `after`. */
  readonly pairs: ReadonlyMap<CatalogObject, CatalogObject>;
  /** In neither pair: only in `before`, only in `after`, in the snapshots' order. */
  readonly removed: readonly CatalogObject[];
  readonly added: readonly CatalogObject[];
  /** The object that one lives in, when the snapshot has it. */
  parentBefore(object: Pick<CatalogObject, "parent">): CatalogObject | undefined;
  parentAfter(object: Pick<CatalogObject, "parent">): CatalogObject | undefined;
}

/** What cannot be dropped and created again without losing data, or what data is made of. */
const HOLDS_DATA: ReadonlySet<Kind> = new Set<Kind>([
  "table",
  "materialized view",
  "column",
  "sequence",
  "enum",
  "composite type",
  "domain",
  "range type",
  "base type",
]);

/** What shows the data of others. */
const KEEPS_NOTHING: ReadonlySet<string> = new Set<Kind>(["view", "foreign table"]);

/**
 * Pairs the objects of two snapshots: by address on one server, then by identity within the same home. On one server an
 * object that holds data is never paired by identity: under the same name it is a new one.
 */
export function* pairObjects(before: Snapshot, after: Snapshot): Slices<Pairing> {
  const sameOrigin = before.origin !== undefined && before.origin === after.origin;
  const beforeByKey = yield* byKey(before.objects);
  const afterByKey = yield* byKey(after.objects);
  const pairs = new Map<CatalogObject, CatalogObject>();
  const taken = new Set<CatalogObject>();
  const pair = (old: CatalogObject, now: CatalogObject) => {
    pairs.set(old, now);
    taken.add(now);
  };
  const parentBefore = (object: Pick<CatalogObject, "parent">) =>
    object.parent && beforeByKey.get(objectKey(object.parent));
  const parentAfter = (object: Pick<CatalogObject, "parent">) =>
    object.parent && afterByKey.get(objectKey(object.parent));

  if (sameOrigin) {
    const byAddress = new Map<string | undefined, CatalogObject>();
    yield* each(after.objects, (object) => byAddress.set(object.address, object));
    yield* each(before.objects, (old) => {
      const now = old.address === undefined ? undefined : byAddress.get(old.address);
      if (now !== undefined && now.kind === old.kind) pair(old, now);
    });
  }

  const sameHome = (old: CatalogObject, now: CatalogObject): boolean => {
    const home = parentBefore(old);
    return home === undefined
      ? old.parent?.identity === now.parent?.identity
      : pairs.get(home) === parentAfter(now);
  };
  const losesData = (old: CatalogObject): boolean =>
    sameOrigin &&
    HOLDS_DATA.has(old.kind) &&
    !(old.kind === "column" && KEEPS_NOTHING.has(old.parent?.kind ?? ""));

  // Parents come first in a snapshot, so their pairs are known when their children ask.
  yield* each(before.objects, (old) => {
    if (pairs.has(old) || losesData(old)) return;
    const now = afterByKey.get(objectKey(old));
    if (now !== undefined && !taken.has(now) && sameHome(old, now)) pair(old, now);
  });
  return {
    sameOrigin,
    pairs,
    removed: yield* filtered(before.objects, (object) => !pairs.has(object)),
    added: yield* filtered(after.objects, (object) => !taken.has(object)),
    parentBefore,
    parentAfter,
  };
}

/** Whether a pair is one object under another name or in another home. A parent's own rename moves nobody. */
export function isRenamed(pairing: Pairing, old: CatalogObject, now: CatalogObject): boolean {
  if (old.identity === now.identity || NAMELESS.has(old.kind)) return false;
  if (old.name !== now.name) return true;
  const home = pairing.parentBefore(old);
  if (home === undefined) return old.parent?.identity !== now.parent?.identity;
  return pairing.pairs.get(home) !== pairing.parentAfter(now);
}

function* byKey(objects: readonly CatalogObject[]): Slices<Map<string, CatalogObject>> {
  const map = new Map<string, CatalogObject>();
  yield* each(objects, (object) => map.set(objectKey(object), object));
  return map;
}
