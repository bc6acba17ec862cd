import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { systemCode } from "../errors.ts";

/**
 * Another text after every change of a file: written, replaced, taken away, its rights changed, or a link on the way
 * turned elsewhere (as Kubernetes switches mounted files). Comparing works on every file system, where watching does not.
 */
export async function fileMark(path: string): Promise<string> {
  try {
    return markOf(await stat(path, { bigint: true }));
  } catch (error) {
    return systemCode(error);
  }
}

/** The same, at once. */
export function fileMarkSync(path: string): string {
  try {
    return markOf(statSync(path, { bigint: true }));
  } catch (error) {
    return systemCode(error);
  }
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}
