import { connect } from "../../../service/postgres/client.ts";
import { migrate } from "../../../service/store/migrate.ts";
import { prepareQueue } from "../../../service/store/queue.ts";
import { testServer } from "../../../service/testing/server.ts";
import { COMPANY_SERVER } from "../server-settings.ts";
import { largeSchema } from "./schema.ts";

const SEED = 6;

/** A whole dump of it holds a lock on each of its relations. */
const SETTINGS = { ...COMPANY_SERVER, max_locks_per_transaction: "4096" };

/** A server with the database "large", an "empty" one, and a migrated "store". */
export interface LargeServer {
  url(database: "large" | "empty" | "store"): string;
  /** Ends the server and removes its folder; both go with this process at the latest. */
  remove(): Promise<void>;
}

/** Makes the server and its databases, which takes a minute or two. */
export async function startLarge(progress: (text: string) => void): Promise<LargeServer> {
  progress("making a server");
  const server = await testServer(SETTINGS);
  const query = async (database: string, texts: Iterable<string>) => {
    const client = connect({ ...CLIENT, url: server.url(database) });
    for (const text of texts) await client.query(text);
    await client.close();
  };
  try {
    await query("postgres", ["create database large", "create database empty", "create database store"]);
    await query("large", told(largeSchema(SEED), progress));
    progress("counting the large database's rows");
    await query("large", ["vacuum (analyze)"]);
    const store = connect({ ...CLIENT, url: server.url("store") });
    await migrate(store, { also: [prepareQueue] });
    await store.close();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}

const CLIENT = { applicationName: "bench", maxConnections: 1, deadlineMs: 300_000 } as const;

function* told(texts: Iterable<string>, progress: (text: string) => void): Generator<string> {
  let part = 0;
  for (const text of texts) {
    progress(`making the large database, part ${++part}`);
    yield text;
  }
}
