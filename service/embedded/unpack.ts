import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One file of an archive; the contents follow the index in its order. */
export interface ArchivedFile {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
}

/**
 * Unpacks an archive (zstd of: the index's length as 4 bytes big-endian, the index as JSON, the contents) so that the
 * folder is there whole or not at all; several processes may do so at once. Anybody may read the result: root lends
 * it to another user.
 */
export async function unpack(archive: Uint8Array, folder: string): Promise<void> {
  const bytes = await Bun.zstdDecompress(archive);
  const indexEnd = 4 + bytes.readUInt32BE(0);
  const index = JSON.parse(bytes.toString("utf8", 4, indexEnd)) as ArchivedFile[];
  mkdirSync(dirname(folder), { recursive: true });
  const part = `${folder}.${process.pid}`;
  try {
    let at = indexEnd;
    for (const { path, size, executable } of index) {
      const file = join(part, path);
      makeFolder(dirname(file));
      writeFileSync(file, bytes.subarray(at, at + size));
      chmodSync(file, executable ? 0o755 : 0o644);
      at += size;
    }
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was first
  }
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}
