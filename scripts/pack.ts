import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import type { ArchivedFile } from "../service/embedded/unpack.ts";

/** What a server that is only run, by us, in UTF-8, does not need. */
const superfluous = [
  /\.a$/,
  /^lib\/pkgconfig\//,
  /^lib\/postgresql\/pgxs\//,
  /^lib\/lib(ecpg|pgtypes)/,
  // Languages whose interpreters are not in the package, and what hangs on them.
  /(plperl|plpython|pltcl)/,
  // Conversions between encodings other than UTF-8's are never asked for.
  /^lib\/postgresql\/(utf8_and_|\w+_and_|euc)\w*\.so$/,
  /^lib\/postgresql\/(test_decoding|basic_archive|basebackup_to_shell|auth_delay)\./,
  /^bin\/pg_ctl$/,
  /\.sample$(?<!(postgresql|pg_hba|pg_ident)\.conf\.sample)/,
];

/** Packs a PostgreSQL as service/embedded/unpack.ts unpacks it. Links become the files they name, once. */
export function pack(folder: string, keep: (path: string) => boolean = isNeeded): Uint8Array {
  const index: ArchivedFile[] = [];
  const contents: Buffer[] = [];
  for (const path of listFiles(folder).filter(keep)) {
    const content = readFileSync(join(folder, path));
    const executable = (statSync(join(folder, path)).mode & 0o111) !== 0;
    index.push({ path, size: content.length, executable });
    contents.push(content);
  }
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return zstdCompressSync(Buffer.concat([length, head, ...contents]), {
    params: {
      [constants.ZSTD_c_compressionLevel]: 19,
      [constants.ZSTD_c_windowLog]: 26, // 64 MB: the whole of it, within what every decoder allows
    },
  });
}

function isNeeded(path: string): boolean {
  return !superfluous.some((pattern) => pattern.test(path));
}

/** Paths of the files, sorted so that like stands by like; of a library and its links only the one programs ask for. */
function listFiles(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  const links = paths.filter((path) => lstatSync(join(folder, path)).isSymbolicLink());
  const asked = links.filter((path) => /\.so\.\d+$/.test(path));
  const targets = new Set(asked.map((path) => basename(readlinkSync(join(folder, path)))));
  return paths
    .filter((path) => !(links.includes(path) && path.endsWith(".so")) && !targets.has(basename(path)))
    .sort((a, b) => extension(a).localeCompare(extension(b)) || a.localeCompare(b));
}

function extension(path: string): string {
  return basename(path).replace(/^[^.]*/, "");
}
