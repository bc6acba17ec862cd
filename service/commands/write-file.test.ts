import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFileWhole } from "./write-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schemawatch-write-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a new file is written, and nothing is left beside it", () => {
  writeFileWhole(folder, "a.snapshot", "text");
  expect(readFileSync(join(folder, "a.snapshot"), "utf8")).toBe("text");
  expect(readdirSync(folder)).toEqual(["a.snapshot"]);
});

test("a file that was there is replaced and keeps its rights", () => {
  const path = join(folder, "a");
  writeFileSync(path, "before, which was longer");
  chmodSync(path, 0o640);
  writeFileWhole(folder, path, "after");
  expect(readFileSync(path, "utf8")).toBe("after");
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test("a symbolic link stays one", () => {
  writeFileSync(join(folder, "real"), "before");
  symlinkSync("real", join(folder, "link"));
  writeFileWhole(folder, "link", "after");
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "real"), "utf8")).toBe("after");
});

test("a device is written directly", () => {
  writeFileWhole(folder, "/dev/null", "text");
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("what cannot be written is said, with nothing left behind", () => {
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "file"), "");
  expect(() => writeFileWhole(folder, "missing/a", "text")).toThrow(
    /missing\/a cannot be written \(ENOENT\)/,
  );
  expect(() => writeFileWhole(folder, "folder", "text")).toThrow(/EISDIR/);
  expect(() => writeFileWhole(folder, "file/a", "text")).toThrow(/ENOTDIR/);
  expect(() => writeFileWhole(folder, "/dev/full", "text")).toThrow(
    /\/dev\/full cannot be written \(ENOSPC\)/,
  );
  expect(readdirSync(folder).sort()).toEqual(["file", "folder"]);
});
