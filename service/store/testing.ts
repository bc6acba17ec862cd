import { type TestDatabase, testDatabase } from "../testing/postgres.ts";

/** A migrated store with its queue and the databases of these names. */
export async function storeWith(...names: string[]): Promise<TestDatabase> {
  const made = await testDatabase({ template: "store" });
  // A copy of the template would pass for the same installation.
  await made.db.query("update schemawatch.installation set id = default");
  await made.db.query(
    `insert into schemawatch.database (name, interval_ms, exact_every_ms)
     select name, 1000, 300000 from unnest($1::text[]) as name`,
    [names],
  );
  return made;
}
