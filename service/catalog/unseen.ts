import {
  type Attributes,
  type AttributeValue,
  type CatalogObject,
  compareObjects,
  type Kind,
  NOT_READABLE,
  objectKey,
  type Snapshot,
  type Unseen,
} from "./model.ts";

/** Everything was read. */
export const ALL_SEEN: Unseen = { kinds: [], attributes: [], addresses: [] };

/** Several as one; undefined when they hide nothing. */
export function hiddenBy(...all: readonly Unseen[]): Unseen | undefined {
  const union = (name: keyof Unseen) => [...new Set(all.flatMap((one) => one[name] as readonly string[]))];
  const kinds = union("kinds") as Kind[];
  const [attributes, addresses] = [union("attributes"), union("addresses")];
  return kinds.length + attributes.length + addresses.length === 0
    ? undefined
    : { kinds, attributes, addresses };
}

/** Of objects that only one of two snapshots has, parents first, those that the other one would show if it had them. */
export function lessUnseen(
  objects: readonly CatalogObject[],
  { unseen }: Snapshot,
): readonly CatalogObject[] {
  if (unseen === undefined) return objects;
  const hidden = new Set<string>();
  return objects.filter((object) => {
    const { kind, parent } = object;
    const isHidden = unseen.kinds.includes(kind) || (parent !== undefined && hidden.has(objectKey(parent)));
    if (isHidden) hidden.add(objectKey(object));
    return !isHidden;
  });
}

/** Whether a snapshot's look could not read that attribute; what it shows of it is not to be trusted. */
export function isUnseen({ unseen }: Snapshot, object: CatalogObject, attribute: string): boolean {
  if (unseen === undefined) return false;
  if (unseen.attributes.includes(attribute)) return true;
  return !(attribute in object.attributes) && hasUnseenText(unseen, object);
}

/** Whether the server could not print it; the columns of a relation go with the relation. */
function hasUnseenText({ addresses }: Unseen, { address }: CatalogObject): boolean {
  return address !== undefined && addresses.includes(address.slice(0, address.lastIndexOf(":")));
}

/**
 * A fresh look with what it could not read as the look before had it: what was known stays known. Both must be of one
 * database on one server. Says in `unreadable` how many objects are so.
 */
export function keepKnown(before: Snapshot, fresh: Snapshot): Snapshot {
  const { unseen = ALL_SEEN } = fresh;
  const closed = fresh.objects.some(
    ({ kind, attributes }) => kind === "user mapping" && attributes.options === NOT_READABLE,
  );
  if (fresh.unseen === undefined && !closed) return fresh;
  const now = new Map(fresh.objects.map((object) => [objectKey(object), object]));
  const addresses = new Set(fresh.objects.map(({ address }) => address));
  const kept: CatalogObject[] = [];
  const keptKeys = new Set<string>();
  const known = new Map<string, CatalogObject>();
  for (const object of before.objects) {
    const [key, home] = [objectKey(object), object.parent && objectKey(object.parent)];
    known.set(key, object);
    if (now.has(key) || addresses.has(object.address)) continue;
    const withHome = home !== undefined && keptKeys.has(home);
    // What it lived in is gone, and it with that.
    if (home !== undefined && !withHome && !now.has(home)) continue;
    if (!withHome && !unseen.kinds.includes(object.kind)) continue;
    keptKeys.add(key);
    kept.push(object);
  }
  const objects = fresh.objects.map((object) => {
    const old = known.get(objectKey(object));
    return old === undefined || old.address !== object.address ? object : completed(old, object, fresh);
  });
  const told = [...Map.groupBy(kept, ({ kind }) => kind)].map(
    ([kind, { length }]) => `${length} ${length === 1 ? kind : plural(kind)} ${why(kind)}, kept as last seen`,
  );
  // Of a kind that was known whole, what comes to light later came after that. Large objects are never known whole here.
  const isOpen = (kind: Kind) => kind === "large object" || before.unseen?.kinds.includes(kind) === true;
  const still = hiddenBy({ ...unseen, kinds: unseen.kinds.filter(isOpen) });
  const { unseen: _unseen, ...rest } = fresh;
  return {
    ...rest,
    ...(still === undefined ? {} : { unseen: still }),
    objects: [...objects, ...kept].sort(compareObjects),
    unreadable: [...fresh.unreadable, ...told],
  };
}

/** The object with the values that were known before and cannot be read now. */
function completed(old: CatalogObject, object: CatalogObject, fresh: Snapshot): CatalogObject {
  const values: [string, AttributeValue | undefined][] = [];
  for (const name in object.attributes)
    if (object.attributes[name] === NOT_READABLE && old.attributes[name] !== NOT_READABLE)
      values.push([name, old.attributes[name]]);
  for (const name in old.attributes)
    if (isUnseen(fresh, object, name)) values.push([name, old.attributes[name]]);
  if (values.length === 0) return object;
  const all: Record<string, AttributeValue | undefined> = {
    ...object.attributes,
    ...Object.fromEntries(values),
  };
  const attributes: Attributes = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  return { ...object, attributes };
}

const why = (kind: Kind): string =>
  kind === "large object" ? "no longer looked at" : "no longer readable by this role";

function plural(kind: Kind): string {
  if (/(privileges|statistics)$/.test(kind)) return kind;
  return kind.replace(/y$/, "ie").replace(/x$/, "xe").concat("s");
}
