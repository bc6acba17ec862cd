import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { createLogger } from "../logger.ts";
import { until } from "../testing/until.ts";
import type { WatchList } from "./types.ts";
import { watchListOf } from "./watch-list.ts";

/** Time runs twenty times as fast, so that a poll is 50 ms. */
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 20, signal),
};

let folder: string;
let path: string;
let logged: string[];
let lists: WatchList[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "schemawatch-list-"));
  path = join(folder, "databases.yaml");
  logged = [];
  lists = [];
});
afterEach(() => {
  for (const list of lists) list.close();
  rmSync(folder, { recursive: true });
});

function follow(
  watch: Parameters<typeof watchListOf>[0]["watch"],
  sampleUrl: string | null = null,
): WatchList {
  const write = (line: string) => void logged.push(line);
  const log = createLogger({ logFormat: "json", logLevel: "info", role: "all", write });
  const list = watchListOf({ watch }, { sampleUrl, clock, log });
  lists.push(list);
  return list;
}

const followFile = () => follow({ from: "file", path });
const names = (list: WatchList) => list.current().map(({ name }) => name);
const yaml = (...databases: string[]) =>
  `databases:\n${databases.map((name) => `  - { name: ${name}, url: "postgres://db/${name}" }\n`).join("")}`;

const comes = (holds: () => boolean) => until(String(holds), 3000, holds);

describe("a file", () => {
  test("that changes is taken over and told once", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    let told = 0;
    list.onChange(() => told++);
    expect(names(list)).toEqual(["one"]);
    writeFileSync(path, yaml("one", "two"));
    await comes(() => names(list).length === 2);
    await Bun.sleep(200);
    expect(told).toBe(1);
  });

  test("that is written again with the same meaning is not told", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    let told = 0;
    list.onChange(() => told++);
    writeFileSync(path, `# A comment\n${yaml("one")}`);
    await Bun.sleep(300);
    expect(told).toBe(0);
  });

  test("that is wrong leaves what was last right, and says why until it is mended", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    writeFileSync(path, "databases:\n  - name: NO\n    url: postgres://db/x");
    await comes(() => list.fault() !== null);
    expect(list.fault()).toMatch(/^databases\.yaml:2: the name "NO" cannot be used/);
    expect(names(list)).toEqual(["one"]);
    rmSync(path);
    await comes(() => list.fault()?.includes("ENOENT") === true);
    writeFileSync(path, yaml("three"));
    await comes(() => list.fault() === null);
    expect(names(list)).toEqual(["three"]);
    expect(logged.filter((line) => line.includes('"error"')).length).toBeGreaterThan(0);
  });

  test("that is swapped as a ConfigMap is, by a symbolic link, is taken over", async () => {
    for (const [version, name] of [
      ["v1", "one"],
      ["v2", "two"],
    ] as const) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, "databases.yaml"), yaml(name));
    }
    symlinkSync("v1", join(folder, "..data"));
    symlinkSync("..data/databases.yaml", path);
    const list = followFile();
    symlinkSync("v2", join(folder, "..next"));
    renameSync(join(folder, "..next"), join(folder, "..data"));
    await comes(() => names(list)[0] === "two");
  });

  test("whose urlFile changes, goes and comes back is read again", async () => {
    const secret = join(folder, "url");
    writeFileSync(secret, "postgres://me:old@db/x");
    writeFileSync(path, "databases:\n  - { name: a, urlFile: url }");
    const list = followFile();
    writeFileSync(secret, "postgres://me:new@db/x");
    await comes(() => list.current()[0]?.url === "postgres://me:new@db/x");
    rmSync(secret);
    await comes(() => list.fault() !== null);
    expect(list.current()).toHaveLength(1);
    writeFileSync(secret, "postgres://me:newest@db/x");
    await comes(() => list.fault() === null && list.current()[0]?.url === "postgres://me:newest@db/x");
    expect(logged.join("")).not.toMatch(/old@|new@|newest@/);
  });

  test("whose fault is a urlFile that is still to come is mended by its coming", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    writeFileSync(path, "databases:\n  - { name: a, urlFile: later }");
    await comes(() => list.fault() !== null);
    writeFileSync(join(folder, "later"), "postgres://db/a");
    await comes(() => names(list)[0] === "a");
    expect(list.fault()).toBeNull();
  });

  test("that is missing at start is refused", () => {
    expect(followFile).toThrow(/databases\.yaml cannot be read \(ENOENT\)/);
  });

  test("is no longer followed once closed", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    list.close();
    writeFileSync(path, yaml("two"));
    await Bun.sleep(200);
    expect(names(list)).toEqual(["one"]);
  });

  test("tells no listener that has gone", async () => {
    writeFileSync(path, yaml("one"));
    const list = followFile();
    let told = 0;
    list.onChange(() => told++)();
    writeFileSync(path, yaml("two"));
    await comes(() => names(list)[0] === "two");
    expect(told).toBe(0);
  });
});

test.each([
  ["postgres://me@db/shop", "shop"],
  ["postgres://me@db/My%20Shop!", "my-shop-"],
  ["postgres://me@db/__x", "x"],
  ["postgres://me@db/%C3%A9", "database"],
])("WATCH=%s is one database named %s", (url, name) => {
  const list = follow({ from: "url", url });
  expect(list.current()).toMatchObject([{ name, url, sample: false, intervalMs: 1000 }]);
});

test("the sample is watched where the embedded server runs, and nothing where it does not", () => {
  const url = "postgres://me@127.0.0.1:1/shop";
  expect(follow({ from: "sample" }, url).current()).toMatchObject([{ name: "shop", url, sample: true }]);
  expect(follow({ from: "sample" }).current()).toEqual([]);
});
