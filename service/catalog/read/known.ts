import type { CatalogObject } from "../model.ts";
import type { CatalogName } from "./gathering.ts";

/** The digit's code; the comma's is less. */
const ZERO = 48;

/** The OID of an object of that catalog; null for objects of other ones. A column has its table's. */
export function oidOf({ address }: CatalogObject, catalog: CatalogName): string | null {
  if (address === undefined || !address.startsWith(catalog) || address[catalog.length] !== ":") return null;
  return address.slice(catalog.length + 1, address.lastIndexOf(":"));
}

/** The OIDs of a text `16402,16403`, of which a large database has a hundred thousand: parsed without making a text of each. */
export function oidsOf(list: string | null | undefined): ReadonlySet<number> {
  const oids = new Set<number>();
  if (!list) return oids;
  let oid = 0;
  for (let at = 0; at < list.length; at++) {
    const digit = list.charCodeAt(at) - ZERO;
    if (digit >= 0) oid = oid * 10 + digit;
    else {
      oids.add(oid);
      oid = 0;
    }
  }
  return oids.add(oid);
}

/** Column names by relation and number: those set, and else those of an earlier look, which are looked up when they are asked for. */
export class KnownColumns extends Map<string, Map<number, string>> {
  readonly #objects: readonly CatalogObject[];
  #earlier: ReadonlyMap<string, readonly CatalogObject[]> | undefined;

  constructor(objects: readonly CatalogObject[]) {
    super();
    this.#objects = objects;
  }

  override get(relation: string): Map<number, string> | undefined {
    const set = super.get(relation);
    if (set !== undefined) return set;
    this.#earlier ??= Map.groupBy(
      this.#objects.filter(({ kind }) => kind === "column"),
      (column) => oidOf(column, "pg_class") ?? "",
    );
    const columns = this.#earlier.get(relation);
    if (columns === undefined) return undefined;
    const names = new Map(
      columns.map(({ address, name }) => [Number(address?.slice(address.lastIndexOf(":") + 1)), name]),
    );
    this.set(relation, names);
    return names;
  }
}
