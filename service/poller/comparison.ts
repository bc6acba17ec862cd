import { hashObject } from "../catalog/hash.ts";
import { type CatalogObject, objectKey, type Snapshot } from "../catalog/model.ts";
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

/** Compares content object by object. Hashes only what is new: an unchanged schema costs one pass over its objects. */
export function compareContent(before: KnownSnapshot | null, fresh: Snapshot): ContentDelta {
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

function sameContent(a: CatalogObject, b: CatalogObject): boolean {
  if (a.name !== b.name || a.parent?.identity !== b.parent?.identity || a.parent?.kind !== b.parent?.kind)
    return false;
  const names = Object.keys(a.attributes);
  if (names.length !== Object.keys(b.attributes).length) return false;
  return names.every((name) => sameValue(a.attributes[name], b.attributes[name]));
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, at) => item === b[at]);
}
