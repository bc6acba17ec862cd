import type { Database } from "../../postgres/types.ts";

/** The names of the first watched databases, at most `most`. */
export async function readNames(store: Database, most: number): Promise<readonly string[]> {
  const rows = await store.query<{ name: string }>(
    "select name from schemawatch.database where watched order by name limit $1",
    [most],
  );
  return rows.map(({ name }) => name);
}
