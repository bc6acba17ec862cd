import { readEnvironment } from "../config/env.ts";
import { AppError } from "../errors.ts";
import { describe } from "../postgres/target.ts";
import { connectStore } from "../store/client.ts";
import { migrate as migrateStore, storeVersion } from "../store/migrate.ts";
import { prepareQueue } from "../store/queue.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readFlags } from "./flags.ts";
import type { CommandIo } from "./io.ts";
import { withProgress } from "./progress.ts";
import { URL_HELP, urlFrom } from "./url.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "bring Schemawatch's own database up to date",
  help: `Usage: schemawatch migrate [--url URL]

Brings the store up to date. Starting roles do so too; this is for those who want it done before, with another role.
Several at once wait for each other. A store that is newer than this program is left alone (exit status 2).

  --url URL   the store (default: DATABASE_URL, or what DATABASE_URL_FILE holds)

${URL_HELP}`,
  run: async (args, io) => {
    const { values } = readFlags("migrate", args, { url: { type: "string" } });
    const url = urlFrom(values.url ?? storeArgument(io), io);
    const store = connectStore(url);
    try {
      const applied = await withProgress(`migrating ${describe(url)}`, io, () =>
        migrateStore(store, { also: [prepareQueue] }),
      );
      for (const { version, name } of applied) io.print(`applied ${version} ${name}\n`);
      io.print(`The store ${describe(url)} is at version ${await storeVersion(store)}.\n`);
      return EXIT.same;
    } finally {
      await store.close();
    }
  },
};

function storeArgument(io: CommandIo): string {
  const { DATABASE_URL, DATABASE_URL_FILE } = readEnvironment(io.env);
  if (DATABASE_URL !== undefined) return DATABASE_URL;
  if (DATABASE_URL_FILE !== undefined) return `file:${DATABASE_URL_FILE}`;
  throw new AppError("invalid", "No store is named.", {
    mend: "Set DATABASE_URL or give --url; the embedded store is migrated when the service starts.",
  });
}
