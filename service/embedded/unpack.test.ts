import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack } from "../../scripts/pack.ts";
import { postgresBinaries } from "./binaries.ts";
import { unpack } from "./unpack.ts";

const folder = mkdtempSync(join(tmpdir(), "schemawatch-unpack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small part, as the whole takes half a minute to pack. */
const isSample = (path: string) => /^bin\/initdb$|^share\/postgresql\/timezonesets\/|^lib\/libpq/.test(path);

test("what was packed is unpacked once, whole, for anybody to read, by several processes at once", async () => {
  const binaries = await postgresBinaries();
  const archive = pack(binaries, isSample);
  const target = join(folder, "cache", "postgres");
  await Promise.all([unpack(archive, target), unpack(archive, target)]);
  expect(readdirSync(join(folder, "cache"))).toEqual(["postgres"]);
  expect(statSync(join(target, "bin", "initdb")).mode & 0o777).toBe(0o755);
  expect(statSync(join(target, "share", "postgresql", "timezonesets", "Default")).mode & 0o777).toBe(0o644);
  expect(readFileSync(join(target, "bin", "initdb"))).toEqual(readFileSync(join(binaries, "bin", "initdb")));
});

test("a broken archive leaves nothing behind", async () => {
  const target = join(folder, "broken", "postgres");
  const archive = pack(await postgresBinaries(), isSample);
  await expect(unpack(archive.subarray(0, 1000), target)).rejects.toThrow();
  expect(() => statSync(target)).toThrow();
});
