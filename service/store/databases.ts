import { basename } from "node:path";
import type { WatchedDatabase } from "../config/types.ts";
import type { Sql } from "../postgres/types.ts";
import writeSql from "./sql/databases_write.sql" with { type: "text" };

/**
 * Brings the table of databases in line with the watch list: new ones are added, those no longer listed become
 * watched = false and keep their history. URLs stay out of the store, except in the sample's psql line, whose password is
 * made for this machine and works on loopback only. Returns the names that were touched; each is notified.
 */
export async function writeDatabases(store: Sql, list: readonly WatchedDatabase[]): Promise<string[]> {
  const rows = list.map((database) => ({
    name: database.name,
    labels: database.labels,
    interval_ms: database.intervalMs,
    exact_every_ms: database.exactEveryMs,
    baseline: database.baseline === null ? null : basename(database.baseline),
    sample: database.sample,
    connect: database.sample ? `psql "${database.url}"` : null,
  }));
  const touched = await store.query<{ name: string }>(writeSql, [JSON.stringify(rows)]);
  return touched.map((row) => row.name);
}
