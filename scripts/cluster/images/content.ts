import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageFile } from "./recipe.ts";

/** SHA-256 in hexadecimal digits. */
export function hashOf(content: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("hex");
}

/** One value for the paths, contents and modes of these files: equal when an image of them would be equal. */
export async function hashOfFiles(files: Readonly<Record<string, ImageFile>>): Promise<string> {
  const parts: unknown[] = [];
  for (const [path, file] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    parts.push("copy" in file ? [path, await hashOfFile(file.copy), file.mode ?? null] : [path, file]);
  }
  return hashOf(JSON.stringify(parts));
}

/** By pieces: a binary has 200 MB. */
async function hashOfFile(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const piece of Bun.file(path).stream()) hasher.update(piece);
  return hasher.digest("hex");
}

/** Writes the files below a folder as they are to lie below the image's root, readable by everyone. */
export function stage(folder: string, files: Readonly<Record<string, ImageFile>>): void {
  for (const [path, file] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    if ("link" in file) {
      symlinkSync(file.link, target);
      continue;
    }
    if ("copy" in file) copyFileSync(file.copy, target);
    else writeFileSync(target, file.text);
    chmodSync(target, file.mode ?? 0o644);
  }
}
