import { hashObject } from "../catalog/hash.ts";
import { type AttributeValue, type CatalogObject, objectKey, type Snapshot } from "../catalog/model.ts";
import type { NewSnapshot } from "../store/handover.ts";

/** A snapshot that the poller has in mind, with the content hash of each object. */
export interface KnownSnapshot {
  readonly snapshot: Snapshot;
  readonly hashes: ReadonlyMap<CatalogObject, string>;
}

/** How the content of a fresh snapshot differs from the known one: what the store must write. */
export interface ContentDelta {
  /** The fresh snapshot, with the known object wherever nothing of it differs, so that old and new share memory. */
  readonly known: KnownSnapshot;
  readonly begun: NewSnapshot["begun"];
  readonly ended: readonly CatalogObject[];
  /** Same content, other address or row version. */
  readonly readdressed: readonly CatalogObject[];
}

/** Compares content object by object, and hashes only what is new. An unchanged schema costs one pass over its objects. */
export function compareContent(before: KnownSnapshot | null, fresh: Snapshot): ContentDelta {
  if (before && isSame(before.snapshot, fresh)) {
    const { objects } = before.snapshot;
    const known = { snapshot: { ...fresh, objects }, hashes: before.hashes };
    return { known, begun: [], ended: [], readdressed: [] };
  }
  const left = new Map((before?.snapshot.objects ?? []).map((object) => [objectKey(object), object]));
  const hashes = new Map<CatalogObject, string>();
  const begun: { object: CatalogObject; hash: string }[] = [];
  const ended: CatalogObject[] = [];
  const readdressed: CatalogObject[] = [];
  const objects = fresh.objects.map((object) => {
    const key = objectKey(object);
    const old = left.get(key);
    left.delete(key);
    const oldHash = old && before?.hashes.get(old);
    if (old && oldHash !== undefined && sameContent(old, object)) {
      const samePlace = old.address === object.address && old.version === object.version;
      const kept = samePlace ? old : object;
      if (!samePlace) readdressed.push(object);
      hashes.set(kept, oldHash);
      return kept;
    }
    const hash = hashObject(object);
    if (old) ended.push(old);
    begun.push({ object, hash });
    hashes.set(object, hash);
    return object;
  });
  ended.push(...left.values());
  return { known: { snapshot: { ...fresh, objects }, hashes }, begun, ended, readdressed };
}

/** Whether no object differs in anything. Both are sorted alike. */
function isSame(before: Snapshot, fresh: Snapshot): boolean {
  if (before.objects === fresh.objects) return true;
  if (before.objects.length !== fresh.objects.length) return false;
  return before.objects.every((old, at) => {
    const object = fresh.objects[at];
    return (
      object !== undefined &&
      old.identity === object.identity &&
      old.kind === object.kind &&
      old.version === object.version &&
      old.address === object.address &&
      sameContent(old, object)
    );
  });
}

/** For two objects of one kind and identity. */
function sameContent(a: CatalogObject, b: CatalogObject): boolean {
  if (a.name !== b.name || a.parent?.identity !== b.parent?.identity || a.parent?.kind !== b.parent?.kind) {
    return false;
  }
  let left = 0;
  for (const name in a.attributes) {
    if (!sameValue(a.attributes[name], b.attributes[name])) return false;
    left += 1;
  }
  for (const _ in b.attributes) left -= 1;
  return left === 0;
}

function sameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, at) => item === b[at]);
}
