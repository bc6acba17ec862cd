import { each, filtered, type Slices } from "../slices.ts";
import type { AttributeChange, Difference } from "./change.ts";
import type { CatalogObject, Snapshot } from "./model.ts";
import type { Pairing } from "./pairing.ts";

/** What a child's part may have of its own although it follows its parent's. */
const OWN: ReadonlySet<string> = new Set(["position", "inherited"]);

/**
 * Leaves out what partitions and inheriting tables only repeat: ALTER TABLE of a parent does the same to the columns and
 * constraints of each child, CREATE INDEX makes one on each partition. The parent's difference tells it.
 */
export function* withoutRepetitions(
  differences: readonly Difference[],
  pairing: Pairing,
): Slices<Difference[]> {
  const byPart = new Map<string, Difference[]>();
  yield* each(differences, (difference) => {
    if (difference.parent === undefined) return;
    const key = partKey(difference, difference.parent.identity);
    const list = byPart.get(key);
    if (list === undefined) byPart.set(key, [difference]);
    else list.push(difference);
  });
  return yield* filtered(differences, (difference) => {
    const { kind, parent } = difference;
    const ofTable = parent?.kind === "table" || parent?.kind === "foreign table";
    if (!ofTable || (kind !== "column" && kind !== "constraint" && kind !== "index")) return true;
    return !parentsOf(difference, pairing).some((above) =>
      byPart.get(partKey(difference, above))?.some((told) => repeats(difference, told)),
    );
  });
}

/**
 * A partition's foreign keys that its parent has too: with ATTACH they become the parent's, with DETACH they become the
 * partition's own again. Nothing is checked that was not checked before, or the other way round.
 */
export function* sharedForeignKeys(
  pairing: Pairing,
  before: Snapshot,
  after: Snapshot,
): Slices<Set<CatalogObject>> {
  return new Set([
    ...(yield* sharedWithParent(pairing.removed, pairing.parentBefore, after)),
    ...(yield* sharedWithParent(pairing.added, pairing.parentAfter, before)),
  ]);

  function* sharedWithParent(
    objects: readonly CatalogObject[],
    tableOf: Pairing["parentBefore"],
    whereAttached: Snapshot,
  ): Slices<CatalogObject[]> {
    const candidates = yield* filtered(
      objects,
      (object) => isForeignKey(object) && tableOf(object)?.attributes.partitionOf === undefined,
    );
    if (candidates.length === 0) return [];
    const tables = new Map<string, CatalogObject>();
    const keys = new Set<string>();
    yield* each(whereAttached.objects, (object) => {
      if (isTable(object)) tables.set(object.identity, object);
      else if (isForeignKey(object)) keys.add(`${object.parent?.identity} ${object.attributes.definition}`);
    });
    return yield* filtered(candidates, (key) => {
      const parent = tables.get(key.parent?.identity ?? "")?.attributes.partitionOf;
      return parent !== undefined && keys.has(`${parent} ${key.attributes.definition}`);
    });
  }
}

const isTable = ({ kind }: CatalogObject): boolean => kind === "table";

const isForeignKey = ({ kind, attributes }: CatalogObject): boolean =>
  kind === "constraint" && attributes.type === "FOREIGN KEY";

const partKey = ({ kind, action }: Difference, table: string): string => `${kind} ${action} ${table}`;

/** Identities of the tables that a part's table is a partition or child of. */
function parentsOf(part: Difference, pairing: Pairing): readonly string[] {
  const table = part.action === "removed" ? pairing.parentBefore(part) : pairing.parentAfter(part);
  const { partitionOf, inherits } = table?.attributes ?? {};
  if (typeof partitionOf === "string") return [partitionOf];
  return Array.isArray(inherits) ? inherits : [];
}

function repeats(child: Difference, parent: Difference): boolean {
  const now = (difference: Difference, name: string) => {
    const change = difference.attributes[name];
    return (difference.action === "removed" ? change?.before : change?.after) ?? null;
  };
  if (child.kind === "index") return now(child, "partitionOf") === parent.identity;
  if (child.kind === "constraint" && now(child, "inherited") === true) {
    // A partition's key has a name of its own.
    return (
      now(child, "definition") === now(parent, "definition") && now(child, "type") === now(parent, "type")
    );
  }
  return lastName(child.identity, child) === lastName(parent.identity, parent) && sameChanges(child, parent);
}

/** A part's own name, as its identity has it behind its table's. */
function lastName(identity: string, { parent }: Difference): string {
  return identity.slice((parent?.identity.length ?? 0) + 1);
}

function sameChanges(a: Difference, b: Difference): boolean {
  const names = new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)]);
  return [...names].every((name) => OWN.has(name) || sameChange(a.attributes[name], b.attributes[name]));
}

function sameChange(a: AttributeChange | undefined, b: AttributeChange | undefined): boolean {
  return JSON.stringify([a?.before, a?.after]) === JSON.stringify([b?.before, b?.after]);
}
