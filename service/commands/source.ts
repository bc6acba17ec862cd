import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type IgnoreMatcher, withoutIgnored } from "../catalog/ignore.ts";
import type { Snapshot } from "../catalog/model.ts";
import { parseSnapshot } from "../catalog/text.ts";
import { AppError, systemCode } from "../errors.ts";
import type { CommandIo } from "./io.ts";
import { lookAt } from "./look.ts";
import { isUrl, urlFrom } from "./url.ts";

/** The schema that an argument names: a database by URL, a snapshot file, or "-" for one on standard input. Throws AppError. */
export async function readSource(argument: string, ignore: IgnoreMatcher, io: CommandIo): Promise<Snapshot> {
  return isUrl(argument) ? readDatabase(argument, ignore, io) : readSnapshotFile(argument, ignore, io);
}

/** The schema of a database as it is now; what could not be read of it is told on standard error. Throws AppError. */
export async function readDatabase(
  argument: string,
  ignore: IgnoreMatcher,
  io: CommandIo,
): Promise<Snapshot> {
  const snapshot = await lookAt(urlFrom(argument, io), ignore, io);
  for (const what of snapshot.unreadable) io.warn(`schemawatch: not read: ${what}`);
  return snapshot;
}

/** A snapshot file, or standard input for "-". Throws AppError when it cannot be read or is not one. */
export function readSnapshotFile(path: string, ignore: IgnoreMatcher, io: CommandIo): Snapshot {
  const snapshot = parseSnapshot(readText(path, io), path === "-" ? "standard input" : path);
  return { ...snapshot, objects: withoutIgnored(snapshot.objects, ignore) };
}

function readText(path: string, io: CommandIo): string {
  try {
    return path === "-" ? io.readInput() : readFileSync(resolve(io.folder, path), "utf8");
  } catch (error) {
    const why = systemCode(error);
    throw new AppError("invalid", `${path} cannot be read (${why}).`, {
      mend: "Name a snapshot file (schemawatch snapshot --url URL --out FILE makes one) or a postgres:// URL.",
    });
  }
}
