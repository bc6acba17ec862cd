import { quoteIdentifier } from "../catalog/identifier.ts";
import type { Attributes, CatalogObject, Kind } from "../catalog/model.ts";

type Parent = NonNullable<CatalogObject["parent"]>;

/**
 * An object's content as the store keeps it: its name, its parent and its attributes. Of a parent only the kind where its
 * identity is what comes before the name in the object's own.
 */
export type Body = readonly [name: string, parent: Parent | Kind | null, attributes: Attributes];

export function bodyOf({ name, identity, parent, attributes }: CatalogObject): Body {
  const implied = parent !== undefined && identity === `${parent.identity}.${quoteIdentifier(name)}`;
  return [name, implied ? parent.kind : (parent ?? null), attributes];
}

/** The object of that kind and identity with this body. */
export function objectOf(kind: Kind, identity: string, [name, parent, attributes]: Body): CatalogObject {
  const implied = (of: Kind) => ({
    kind: of,
    identity: identity.slice(0, -quoteIdentifier(name).length - 1),
  });
  const home = typeof parent === "string" ? implied(parent) : parent;
  return { kind, name, identity, ...(home === null ? {} : { parent: home }), attributes };
}
