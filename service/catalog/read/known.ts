import type { CatalogObject } from "../model.ts";
import type { CatalogName } from "./gathering.ts";

/** The OID of an object of that catalog; null for objects of other ones. A column has its table's. */
export function oidOf({ address }: CatalogObject, catalog: CatalogName): string | null {
  if (address === undefined || !address.startsWith(catalog) || address[catalog.length] !== ":") return null;
  return address.slice(catalog.length + 1, address.lastIndexOf(":"));
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
