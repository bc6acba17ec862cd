import { migrate as migrateStore, storeVersion } from "../store/migrate.ts";
import { prepareQueue } from "../store/queue.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readFlags } from "./flags.ts";
import { withProgress } from "./progress.ts";
import { STORE_HELP, withStore } from "./store.ts";
import { URL_HELP } from "./url.ts";

export const migrate: Command = {
  name: "migrate",
  summary: "bring Schemawatch's own database up to date",
  help: `Usage: schemawatch migrate [--url URL]

Brings the store up to date. Starting roles do so too; this is for those who want it done before, with another role.
Several at once wait for each other. A store that is newer than this program is left alone (exit status 2).

${STORE_HELP}

${URL_HELP}`,
  run: (args, io) => {
    const { values } = readFlags("migrate", args, { url: { type: "string" } });
    return withStore(values.url, io, async (store, name) => {
      const applied = await withProgress(`migrating ${name}`, io, () =>
        migrateStore(store, { also: [prepareQueue] }),
      );
      for (const migration of applied) io.print(`applied ${migration.version} ${migration.name}\n`);
      io.print(`The store ${name} is at version ${await storeVersion(store)}.\n`);
      return EXIT.same;
    });
  },
};
