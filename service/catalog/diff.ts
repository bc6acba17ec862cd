import { AppError } from "../errors.ts";
import { atOnce, each, filtered, mapped, type Slices, sorted } from "../slices.ts";
import type { AttributeChange, ContainedObject, Difference } from "./change.ts";
import { movedColumns } from "./column-order.ts";
import { COMMENT_ATTRIBUTES } from "./comments.ts";
import { sharedForeignKeys, withoutRepetitions } from "./inheritance.ts";
import { isLocal } from "./local.ts";
import {
  type AttributeValue,
  type CatalogObject,
  compareObjects,
  NOT_READABLE,
  objectKey,
  PARTS,
  type Snapshot,
} from "./model.ts";
import { isRenamed, type Pairing, pairObjects } from "./pairing.ts";
import { collectRenames, type Renames } from "./renames.ts";
import { type Spelling, spellingBetween } from "./spelling.ts";
import { isUnseen, lessUnseen } from "./unseen.ts";

/** Attributes that are rows of their own, apart from the object's, and hold no names that follow a rename. */
const COMMENTS: ReadonlySet<string> = new Set([...COMMENT_ATTRIBUTES, "securityLabels"]);

/**
 * How `after` differs from `before`: pure, and in a fixed order (kind, identity, removed before added). Two snapshots of
 * one database on one server are compared object by object, so that a rename is a rename; any others by identity.
 * Throws AppError "conflict" when the snapshots are of different format versions.
 */
export function diffSnapshots(before: Snapshot, after: Snapshot): Difference[] {
  return atOnce(diffSlices(before, after));
}

/** The same in slices, for snapshots of any size. */
export function* diffSlices(before: Snapshot, after: Snapshot): Slices<Difference[]> {
  if (before.format !== after.format) {
    throw new AppError(
      "conflict",
      `Snapshots of format ${before.format} and format ${after.format} cannot be compared.`,
      { mend: "Take the older snapshot again with this version of Schemawatch." },
    );
  }
  const pairing = yield* pairObjects(before, after);
  const shared = yield* sharedForeignKeys(pairing, before, after);
  const told = (object: CatalogObject) => !shared.has(object);
  const removed = yield* filtered(lessUnseen(pairing.removed, after), told);
  const added = yield* filtered(lessUnseen(pairing.added, before), told);
  const differences = [
    ...(yield* comeOrGone(removed, "removed")),
    ...(yield* comeOrGone(added, "added")),
    ...(yield* alteredOrRenamed(pairing, spellingBetween(before, after), [before, after])),
  ];
  return yield* sorted(
    yield* withoutRepetitions(differences, pairing),
    (a, b) => compareObjects(a, b) || (a.action < b.action ? 1 : a.action > b.action ? -1 : 0),
  );
}

/** Added or removed objects; the parts of an added or removed table are told with it. */
function* comeOrGone(objects: readonly CatalogObject[], action: "added" | "removed"): Slices<Difference[]> {
  const keys = new Set(yield* mapped(objects, objectKey));
  const parts = new Map<string, CatalogObject[]>();
  const own: CatalogObject[] = [];
  yield* each(objects, (object) => {
    const home = object.parent === undefined ? "" : objectKey(object.parent);
    if (!PARTS.has(object.kind) || !keys.has(home)) own.push(object);
    else if (parts.has(home)) parts.get(home)?.push(object);
    else parts.set(home, [object]);
  });
  return yield* mapped(own, (object) => {
    const contains = parts.get(objectKey(object))?.sort(byPlace).map(contained);
    return {
      ...reference(object),
      action,
      attributes: Object.fromEntries(
        Object.entries(object.attributes).map(([name, value]) => [
          name,
          action === "added" ? { before: null, after: value } : { before: value, after: null },
        ]),
      ),
      ...(contains === undefined ? {} : { contains }),
    };
  });
}

function* alteredOrRenamed(
  pairing: Pairing,
  spelled: Spelling,
  [before, after]: readonly [Snapshot, Snapshot],
): Slices<Difference[]> {
  const renames = yield* collectRenames(pairing);
  const moved = yield* movedColumns(pairing);
  const attached = yield* attachedTables(pairing);
  const differences: Difference[] = [];
  yield* each(pairing.pairs, ([old, now]) => {
    if (old === now) return;
    const attributes = compareAttributes(pairing, renames, spelled, old, now);
    for (const name in attributes)
      if (isUnseen(before, old, name) || isUnseen(after, now, name)) delete attributes[name];
    const places = moved.get(old);
    if (places !== undefined) attributes.position = places;
    if (now.parent !== undefined && attached.has(objectKey(now.parent))) {
      delete attributes.inherited;
      if (now.kind === "index") delete attributes.partitionOf;
    }
    const renamed = isRenamed(pairing, old, now) && !followsItsTable(old, now);
    if (!renamed && isEmpty(attributes)) return;
    differences.push({
      ...reference(now),
      action: renamed ? "renamed" : "altered",
      ...(renamed ? { from: old.identity } : {}),
      attributes,
    });
  });
  return differences;
}

/**
 * The attributes that differ, less what follows from something else: text in which only names changed that were renamed,
 * and on the same server text of an object whose own rows nobody touched (a role, type or collation was renamed).
 */
function compareAttributes(
  pairing: Pairing,
  renames: Renames,
  spelled: Spelling,
  old: CatalogObject,
  now: CatalogObject,
): Record<string, AttributeChange> {
  const changes: Record<string, AttributeChange> = {};
  if (old.attributes === now.attributes) return changes;
  const untouched = pairing.sameOrigin && old.version !== undefined && old.version === now.version;
  const compare = (name: string) => {
    const before = old.attributes[name] ?? null;
    const after = now.attributes[name] ?? null;
    if (name === "position" || sameValue(before, after)) return;
    if (!pairing.sameOrigin && isLocal(now.kind, name)) return;
    if (before === NOT_READABLE || after === NOT_READABLE) return;
    if (!COMMENTS.has(name)) {
      if (untouched && (isText(before) || isText(after))) return;
      const renamed = renames.apply(before, old);
      if (sameValue(renamed, after) || sameValue(spelled(renamed, old), spelled(after, now))) return;
    }
    changes[name] = { before, after };
  };
  for (const name in old.attributes) compare(name);
  for (const name in now.attributes) if (!(name in old.attributes)) compare(name);
  return changes;
}

/** An owned sequence cannot be moved for itself: in another schema under its old name, it went there with its table. */
function followsItsTable(old: CatalogObject, now: CatalogObject): boolean {
  return (
    now.kind === "sequence" &&
    old.name === now.name &&
    "ownedBy" in old.attributes &&
    "ownedBy" in now.attributes
  );
}

/** Tables that were attached to or detached from a parent: what their parts inherit changes with that. */
function* attachedTables(pairing: Pairing): Slices<Set<string>> {
  const attached = new Set<string>();
  yield* each(pairing.pairs, ([old, now]) => {
    if ((old.kind !== "table" && old.kind !== "foreign table") || old.attributes === now.attributes) return;
    const same = ["partitionOf", "inherits"].every((name) =>
      sameValue(old.attributes[name] ?? null, now.attributes[name] ?? null),
    );
    if (!same) attached.add(objectKey(now));
  });
  return attached;
}

function reference(object: CatalogObject) {
  return {
    kind: object.kind,
    identity: object.identity,
    ...(object.address === undefined ? {} : { address: object.address }),
    ...(object.parent === undefined ? {} : { parent: object.parent }),
  };
}

function contained(object: CatalogObject): ContainedObject {
  return { kind: object.kind, identity: object.identity, attributes: object.attributes };
}

function byPlace(a: CatalogObject, b: CatalogObject): number {
  if (a.kind === "column" && b.kind === "column") {
    return Number(a.attributes.position) - Number(b.attributes.position);
  }
  return compareObjects(a, b);
}

function isText(value: AttributeValue): boolean {
  return typeof value === "string" || Array.isArray(value);
}

function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => item === b[index]);
  }
  return a === b;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
