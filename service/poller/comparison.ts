import { hashObject } from "../catalog/hash.ts";
import { type AttributeValue, type CatalogObject, objectKey, type Snapshot } from "../catalog/model.ts";
import { each, mapped, type Slices } from "../slices.ts";
import type { NewSnapshot } from "../store/handover.ts";

/** A snapshot that the poller has in mind, with the content hash of each object that does not have it at hand. */
export interface KnownSnapshot {
  readonly snapshot: Snapshot;
  readonly hashes: ReadonlyMap<CatalogObject, string>;
}

/** The content hash of an object that is known. */
export function knownHash({ hashes }: KnownSnapshot, object: CatalogObject): string {
  return object.hash ?? hashes.get(object) ?? hashObject(object);
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

/**
 * Compares content object by object, and hashes only what is new. An unchanged schema costs one pass over its objects; a
 * look of some objects only costs one over those.
 */
export function* compareContent(before: KnownSnapshot | null, fresh: Snapshot): Slices<ContentDelta> {
  const { since, ...lasting } = fresh;
  if (before && since && since.previous === before.snapshot.objects) {
    const { begun, ended, readdressed, hashes } = yield* compare(before, since.gone, since.come);
    return {
      known: { snapshot: lasting, hashes: new Map([...before.hashes, ...hashes]) },
      begun,
      ended,
      readdressed,
    };
  }
  if (before && (yield* isSame(before.snapshot, fresh))) {
    const { objects } = before.snapshot;
    const known = { snapshot: { ...lasting, objects }, hashes: before.hashes };
    return { known, begun: [], ended: [], readdressed: [] };
  }
  const { objects, hashes, ...delta } = yield* compare(before, before?.snapshot.objects ?? [], fresh.objects);
  return { known: { snapshot: { ...lasting, objects }, hashes }, ...delta };
}

/** Compares some of the known objects with what took their place. */
function* compare(
  before: KnownSnapshot | null,
  gone: readonly CatalogObject[],
  come: readonly CatalogObject[],
) {
  const left = new Map<string, CatalogObject>();
  yield* each(gone, (object) => left.set(objectKey(object), object));
  const hashes = new Map<CatalogObject, string>();
  const begun: { object: CatalogObject; hash: string }[] = [];
  const ended: CatalogObject[] = [];
  const readdressed: CatalogObject[] = [];
  const keep = (object: CatalogObject, hash: string) => {
    if (object.hash === undefined) hashes.set(object, hash);
    return object;
  };
  const objects = yield* mapped(come, (object) => {
    const key = objectKey(object);
    const old = left.get(key);
    left.delete(key);
    if (old && before && sameContent(old, object)) {
      const samePlace = old.address === object.address && old.version === object.version;
      if (!samePlace) readdressed.push(object);
      return keep(samePlace ? old : object, knownHash(before, old));
    }
    const hash = hashObject(object);
    if (old) ended.push(old);
    begun.push({ object, hash });
    return keep(object, hash);
  });
  for (const object of left.values()) ended.push(object);
  return { objects, hashes, begun, ended, readdressed };
}

/** Whether no object differs in anything. Both are sorted alike. */
function* isSame(before: Snapshot, fresh: Snapshot): Slices<boolean> {
  if (before.objects === fresh.objects) return true;
  if (before.objects.length !== fresh.objects.length) return false;
  let at = 0;
  let same = true;
  yield* each(before.objects, (old) => {
    const object = fresh.objects[at++];
    same &&=
      object !== undefined &&
      old.identity === object.identity &&
      old.kind === object.kind &&
      old.version === object.version &&
      old.address === object.address &&
      sameContent(old, object);
  });
  return same;
}

/** For two objects of one kind and identity. */
function sameContent(a: CatalogObject, b: CatalogObject): boolean {
  if (a === b) return true;
  if (a.hash !== undefined && b.hash !== undefined) return a.hash === b.hash;
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
