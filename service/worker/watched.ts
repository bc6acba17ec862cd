import type { WatchList } from "../config/types.ts";
import { connect } from "../postgres/client.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import type { Database } from "../postgres/types.ts";

/** Connections of the workflow to the watched databases: made when needed, closed when idle. */
export interface WatchedConnections {
  /** Null for a database that is not watched. Read-only; nothing is connected before the first query. */
  connection(name: string): Database | null;
  close(): Promise<void>;
}

/** A run after the next often comes within this time. */
const IDLE_MS = 10_000;
const DEADLINE_MS = 8000;

/**
 * The connections to what the watch list names, to at most so many databases at once: the one asked for longest ago gives
 * way. One whose URL changes is dropped.
 */
export function watchedConnections(watchList: WatchList, most: number): WatchedConnections {
  const open = new Map<string, { readonly url: string; readonly database: Database }>();
  const drop = (name: string) => {
    const known = open.get(name);
    open.delete(name);
    known?.database.close().catch(() => {});
  };
  const unsubscribe = watchList.onChange(() => {
    const urls = new Map(watchList.current().map(({ name, url }) => [name, url]));
    for (const [name, { url }] of open) if (urls.get(name) !== url) drop(name);
  });
  return {
    connection(name) {
      const watched = watchList.current().find((one) => one.name === name);
      if (!watched) return null;
      const known = open.get(name);
      const database =
        known?.url === watched.url
          ? known.database
          : connect({
              url: watched.url,
              applicationName: "schemawatch worker",
              maxConnections: 1,
              deadlineMs: DEADLINE_MS,
              idleMs: IDLE_MS,
              settings: READER_SETTINGS,
            });
      open.delete(name);
      const [oldest] = open.keys();
      if (open.size >= most && oldest !== undefined) drop(oldest);
      open.set(name, { url: watched.url, database });
      return database;
    },
    async close() {
      unsubscribe();
      const databases = [...open.values()].map(({ database }) => database);
      open.clear();
      await Promise.all(databases.map((database) => database.close()));
    },
  };
}
