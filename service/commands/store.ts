import { readEnvironment } from "../config/env.ts";
import { AppError } from "../errors.ts";
import { describe } from "../postgres/target.ts";
import type { Database } from "../postgres/types.ts";
import { connectStore } from "../store/client.ts";
import type { CommandIo } from "./io.ts";
import { urlFrom } from "./url.ts";

/** The help of --url for commands on the store. */
export const STORE_HELP = "  --url URL   the store (default: DATABASE_URL, or what DATABASE_URL_FILE holds)";

/** Runs `work` on the store that --url or the environment names, told to it as people may see it; closes it afterwards. */
export async function withStore<T>(
  given: string | undefined,
  io: CommandIo,
  work: (store: Database, name: string) => Promise<T>,
): Promise<T> {
  const url = urlFrom(given ?? storeArgument(io), io);
  const store = connectStore(url);
  try {
    return await work(store, describe(url));
  } finally {
    await store.close();
  }
}

function storeArgument(io: CommandIo): string {
  const { DATABASE_URL, DATABASE_URL_FILE } = readEnvironment(io.env);
  if (DATABASE_URL !== undefined) return DATABASE_URL;
  if (DATABASE_URL_FILE !== undefined) return `file:${DATABASE_URL_FILE}`;
  throw new AppError("invalid", "No store is named.", {
    mend: "Set DATABASE_URL or give --url; the embedded store is migrated when the service starts.",
  });
}
