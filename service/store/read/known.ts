import { AppError } from "../../errors.ts";
import type { Database } from "../../postgres/types.ts";

/** What is told of a database nobody knows. */
export function unknownDatabase(name: string): AppError {
  return new AppError("not_found", `There is no database "${name}".`, {
    mend: "The names are listed on the home page and by GET /api/v1/databases.",
  });
}

/** Resolves when the database is known, watched or not; AppError "not_found" otherwise. */
export async function mustBeKnown(store: Database, name: string): Promise<void> {
  const rows = await store.query("select 1 from schemawatch.database where name = $1", [name]);
  if (rows.length === 0) throw unknownDatabase(name);
}

/** What is told of a run nobody knows. */
export function unknownRun(id: number | string): AppError {
  return new AppError("not_found", `There is no run ${id}.`, {
    mend: "Runs are listed on the page of runs and by GET /api/v1/runs.",
  });
}
