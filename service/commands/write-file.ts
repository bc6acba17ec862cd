import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { AppError, systemCode } from "../errors.ts";

/**
 * Writes the file whole or leaves it as it was: into a file beside it, which then takes its name and rights. A symbolic
 * link stays one; a pipe or device is written directly. Throws AppError with the system's reason.
 */
export function writeFileWhole(folder: string, path: string, text: string): void {
  let beside: string | null = null;
  try {
    const target = whole(resolve(folder, path));
    const before = statSync(target, { throwIfNoEntry: false });
    if (before && !before.isFile()) {
      writeFileSync(target, text);
      return;
    }
    beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    const descriptor = openSync(beside, "wx", before ? before.mode & 0o777 : 0o666);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, target);
  } catch (error) {
    if (beside !== null) rmSync(beside, { force: true });
    const why = systemCode(error);
    throw new AppError("invalid", `${path} cannot be written (${why}).`, {
      mend: MENDS[why] ?? "Correct the path.",
    });
  }
}

const MENDS: Readonly<Record<string, string>> = {
  ENOENT: "Make its folder first.",
  ENOTDIR: "Correct the path: a part of it is not a folder.",
  EISDIR: "Name a file, not a folder.",
  EACCES: "Choose a folder that you may write to.",
  EROFS: "Choose a folder on a disk that can be written.",
  ENOSPC: "Make room on the disk.",
};

/** Where symbolic links lead; the path itself when nothing is there yet. */
function whole(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
