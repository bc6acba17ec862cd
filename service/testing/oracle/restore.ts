import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runClient } from "../clients.ts";

/** Settings that pg_dump of 18 writes and that servers before 17 do not know. */
const TOO_NEW = /^SET transaction_timeout.*$/gm;

export interface Whole {
  /** What its server shares as well: the roles, which must not be there yet, and the tablespaces, in folders of the other one. */
  readonly globals: boolean;
  /** The database itself as well, which is created: `to` is another one of that server then. */
  readonly create?: boolean;
  /** Makes an empty folder on the other server's machine. */
  readonly folderOf?: (name: string) => Promise<string>;
}

/** Dumps one database, rows as well, and restores it in another. The first error ends it. */
export async function restore(from: string, to: string, whole: Whole): Promise<void> {
  const { globals, create = false, folderOf } = whole;
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-restore-"));
  try {
    const parts = [
      ...(globals
        ? [await runClient("pg_dumpall", ["--globals-only", "--no-role-passwords", "--dbname", from])]
        : []),
      await runClient("pg_dump", [...(create ? ["--create"] : []), "--dbname", from]),
    ];
    if (folderOf && parts[0]) parts[0] = await moved(parts[0], folderOf);
    for (const [nth, part] of parts.entries()) {
      const file = join(folder, `${nth}.sql`);
      // The superuser is there already.
      writeFileSync(file, part.replace(TOO_NEW, "").replace(/^CREATE ROLE schemawatch;$/m, ""));
      await runClient("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", to, "--file", file]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The commands with another folder for each tablespace. */
async function moved(commands: string, folderOf: (name: string) => Promise<string>): Promise<string> {
  let text = commands;
  for (const [found, name = ""] of commands.matchAll(/^CREATE TABLESPACE (\S+) .*LOCATION '.*';$/gm))
    text = text.replace(found, found.replace(/LOCATION '.*'/, `LOCATION '${await folderOf(name)}'`));
  return text;
}
