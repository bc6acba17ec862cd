import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runClient } from "../clients.ts";

/** Settings that pg_dump of 18 writes and that servers before 17 do not know. */
const TOO_NEW = /^SET transaction_timeout.*$/gm;

/**
 * Dumps one database, rows as well, and restores it in another; with `globals` also the roles of its server, where they
 * are not there yet. The first error ends it.
 */
export async function restore(
  from: string,
  to: string,
  { globals }: { readonly globals: boolean },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-restore-"));
  try {
    const parts = [
      ...(globals
        ? [await runClient("pg_dumpall", ["--globals-only", "--no-role-passwords", "--dbname", from])]
        : []),
      await runClient("pg_dump", ["--dbname", from]),
    ];
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
