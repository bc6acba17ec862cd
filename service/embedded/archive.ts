import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
// Made by scripts/build.ts; only the laptop binary holds this module.
import archive from "../../dist/postgres.zst" with { type: "file" };
import type { Binaries } from "./binaries.ts";
import { mendable } from "./faults.ts";
import { unpack } from "./unpack.ts";

/** The binary's own PostgreSQL, unpacked into the user's cache folder by the first start of each version. */
export async function unpackedBinaries(): Promise<Binaries> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  // SCHEMAWATCH_ARCHIVE is replaced by the archive's hash at build time, so that it need not be read to know its name.
  const folder = join(cache, "schemawatch", `postgres-${process.env.SCHEMAWATCH_ARCHIVE}`);
  if (existsSync(folder)) return folder;
  await mendable(folder, async () => unpack(await Bun.file(archive).bytes(), folder));
  return folder;
}
