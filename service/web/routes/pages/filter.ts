import type { Database } from "../../../postgres/types.ts";
import { listDatabases } from "../../../store/read/databases.ts";
import { MAX_LIMIT } from "../../../store/read/page.ts";
import type { ListFilter } from "../../views/lists.ts";

/** The filter that a list's address names. A kind that does not exist is no filter; an empty database is none either. */
export function filterOf(
  query: Record<string, string>,
  parameter: string,
  kinds: readonly string[],
): ListFilter {
  const kind = query[parameter];
  return {
    database: query.database || null,
    kind: kind !== undefined && kinds.includes(kind) ? kind : null,
  };
}

/** The databases a list can be narrowed to. */
export async function databaseNames(store: Database): Promise<string[]> {
  return (await listDatabases(store, { limit: MAX_LIMIT })).items.map((database) => database.name);
}
