import { AppError } from "../errors.ts";
import type { Sql } from "../postgres/types.ts";

/** The id of the installation that this store belongs to: a UUID that stays for as long as the store does. */
export async function installationId(store: Sql): Promise<string> {
  const [row] = await store.query<{ id: string }>("select id from schemawatch.installation");
  if (!row) throw new AppError("internal", "The table schemawatch.installation is empty.");
  return row.id;
}
