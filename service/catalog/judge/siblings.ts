import { grouped, type Slices } from "../../slices.ts";
import type { Difference } from "../change.ts";
import { splitIdentity } from "../identifier.ts";
import { type Kind, objectKey } from "../model.ts";

/** The other differences of a comparison, found without looking at all of them: there can be tens of thousands. */
export interface Siblings {
  /** Those of the object with this kind and identity. */
  of(kind: Kind, identity: string): readonly Difference[];
  /** Those of what lives in the object with this identity. */
  within(parent: string): readonly Difference[];
  /** Those of functions, procedures and aggregates with this name, whatever their arguments. */
  routines(name: string): readonly Difference[];
}

const ROUTINES: readonly Kind[] = ["function", "procedure", "aggregate"];

/** The differences of one comparison, ready to be asked for. */
export function* siblingsOf(differences: readonly Difference[]): Slices<Siblings> {
  const byObject = yield* grouped(differences, objectKey);
  const byParent = yield* grouped(differences, (one) => one.parent?.identity ?? "");
  const routines = differences.filter((one) => ROUTINES.includes(one.kind));
  const byName = Map.groupBy(routines, (one) => routineName(one.identity));
  return {
    of: (kind, identity) => byObject.get(objectKey({ kind, identity })) ?? [],
    within: (parent) => byParent.get(parent) ?? [],
    routines: (name) => byName.get(name) ?? [],
  };
}

/** Whether a unique index that went lives on as a key that came: both are of the same columns of the same table, and of all rows. */
export function becameKey(index: Difference, key: Difference): boolean {
  const went = (name: string) => index.attributes[name]?.before ?? null;
  const came = (name: string) => key.attributes[name]?.after ?? null;
  return (
    index.action === "removed" &&
    key.action === "added" &&
    went("unique") === true &&
    went("predicate") === null &&
    (came("type") === "UNIQUE" || came("type") === "PRIMARY KEY") &&
    JSON.stringify(went("columns")) === JSON.stringify(came("columns"))
  );
}

/** A routine's identity without its arguments. */
export function routineName(identity: string): string {
  return (splitIdentity(identity) ?? [identity]).join(".");
}
