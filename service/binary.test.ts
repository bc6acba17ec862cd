import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./embedded/port.ts";
import { Api } from "./testing/api.ts";
import { type TestDatabase, testDatabase } from "./testing/postgres.ts";
import { embeddedServer, endServices, launch, startService } from "./testing/service.ts";

/*
 * The two binaries, where they differ from the program run from source: nothing of this repository beside them, and
 * nothing of the folder they are started in counts.
 */

setDefaultTimeout(120_000);

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What the embedded server may add. */
const SERVER_BYTES = 18e6;

/** Packing and compiling take half a minute of one core, which other tests may share. */
const BUILD_MS = 300_000;

/** Where the binaries are tried: nothing else is there. */
const home = openFolder();
const lean = join(home, "schemawatch");
const laptop = join(home, "schemawatch-laptop");

const folders: string[] = [];
const databases: TestDatabase[] = [];
beforeAll(async () => {
  const build = Bun.spawn([process.execPath, "scripts/build.ts"], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await new Response(build.stdout).text()) + (await new Response(build.stderr).text());
  expect(await build.exited, said).toBe(0);
  for (const binary of [lean, laptop])
    copyFileSync(join(ROOT, "dist", binary.slice(home.length + 1)), binary);
}, BUILD_MS);
afterEach(async () => {
  await endServices();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** One that anybody may enter. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-binary-"));
  chmodSync(folder, 0o755);
  return folder;
}

function newFolder(): string {
  const folder = openFolder();
  folders.push(folder);
  return folder;
}

async function newDatabase(template: "empty" | "sample"): Promise<TestDatabase> {
  const database = await testDatabase({ template });
  databases.push(database);
  return database;
}

/** Runs a command of a binary to its end. */
async function run(binary: string, args: readonly string[], folder: string) {
  const child = Bun.spawn([binary, ...args], {
    cwd: folder,
    env: { HOME: folder },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { status: await child.exited, out, err };
}

/** The page, all it loads, and the API's document. */
async function expectWhole(url: string): Promise<void> {
  const page = await (await fetch(url)).text();
  expect(page).toContain("<main");
  const assets = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(assets.length).toBeGreaterThanOrEqual(3);
  for (const path of assets) {
    const asset = await fetch(url + path);
    expect([path, asset.status]).toEqual([path, 200]);
    expect((await asset.text()).length).toBeGreaterThan(100);
  }
  const document = await new Api(url).ask<{ openapi: string; paths: object }>("GET", "/openapi.json");
  expect(document.openapi).toStartWith("3.");
  expect(Object.keys(document.paths).length).toBeGreaterThan(7);
}

test("the embedded server adds no more than it may", () => {
  const added = statSync(laptop).size - statSync(lean).size;
  expect(added).toBeWithin(1e6, SERVER_BYTES);
});

describe("the lean one", () => {
  test("does the whole job with a store of one's own, and a stray .env and bunfig.toml change nothing", async () => {
    const [store, shop] = await Promise.all([newDatabase("empty"), newDatabase("sample")]);
    const folder = newFolder();
    const elsewhere = freePort();
    writeFileSync(
      join(folder, ".env"),
      `HOST=0.0.0.0\nROLE=king\nWATCH=postgres://127.0.0.1:1/x\nLOG_LEVEL=debug\n`,
    );
    writeFileSync(join(folder, ".env.production"), `PORT=${elsewhere}\nSHUTDOWN_SECONDS=never\n`);
    writeFileSync(join(folder, "stray.ts"), `throw new Error("the stray file was run");`);
    writeFileSync(join(folder, "bunfig.toml"), `preload = ["./stray.ts"]\nlogLevel = "debug"\n`);
    writeFileSync(join(folder, "databases.yaml"), `databases:\n  - { name: shop, url: "${shop.url}" }\n`);
    const service = await startService({ command: [lean], folder, env: { DATABASE_URL: store.url } });
    expect(service.err()).toBe("");
    await expectWhole(service.url);
    const api = new Api(service.url);
    await api.watching(["shop"], 10_000);
    const run = await api.ended(await api.trigger("shop"), 10_000);
    expect(run).toMatchObject({ state: "succeeded", report: { markdown: expect.stringContaining("#") } });
    expect(await service.stop()).toBe(0);
  });

  test("each role alone", async () => {
    const store = await newDatabase("empty");
    for (const role of ["web", "poller", "worker"]) {
      const service = await startService({ command: [lean], env: { DATABASE_URL: store.url, ROLE: role } });
      expect(await service.stop()).toBe(0);
    }
  });

  test("says what to do without a store", async () => {
    const program = launch({ command: [lean] });
    expect(await program.exited).toBe(1);
    expect(program.err()).toBe(
      "schemawatch: This build of Schemawatch has no embedded PostgreSQL. " +
        "Set DATABASE_URL to a PostgreSQL of yours, or use schemawatch-laptop.\n",
    );
    expect(readdirSync(program.dataDir)).toEqual([]);
  });

  test("snapshot, diff, migrate and --version", async () => {
    const [before, after] = await Promise.all([newDatabase("sample"), newDatabase("sample")]);
    await after.db.query("create table public.made_later (id int)");
    const folder = newFolder();
    expect(await run(lean, ["snapshot", "--url", before.url, "--out", "before"], folder)).toMatchObject({
      status: 0,
    });
    expect(await run(lean, ["diff", "before", before.url], folder)).toMatchObject({ status: 0, err: "" });
    const differs = await run(lean, ["diff", "before", after.url, "--json"], folder);
    expect(differs).toMatchObject({ status: 1, err: "" });
    expect(JSON.parse(differs.out)).toMatchObject({
      changes: [{ kind: "table", identity: "public.made_later", action: "added", compatibility: "safe" }],
    });
    const store = await newDatabase("empty");
    expect(await run(lean, ["migrate", "--url", store.url], folder)).toMatchObject({ status: 0, err: "" });
    expect((await run(lean, ["--version"], folder)).out).toMatch(/^schemawatch \d+\.\d+\.\d+\n$/);
    expect(await run(lean, ["bogus"], folder)).toMatchObject({ status: 2, out: "" });
  });
});

describe("the one with PostgreSQL", () => {
  const users =
    process.getuid?.() === 0 ? (["root", "a normal user"] as const) : (["a normal user"] as const);
  test.each(users)(
    "starts in an empty folder as %s: unpacks it once, works, and starts again",
    async (user) => {
      const folder = newFolder();
      const lowered = user !== "root" && process.getuid?.() === 0;
      if (lowered) chownSync(folder, 65534, 65534);
      const options = {
        command: lowered ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", laptop] : [laptop],
        folder,
        dataDir: join(folder, "data"),
        // The data folder is the working folder's, as for a person who sets nothing.
        env: { HOME: folder, DATA_DIR: "" },
      };
      const first = await startService(options);
      await expectWhole(first.url);
      const api = new Api(first.url);
      await api.watching(["shop"], 10_000);
      expect(await api.ended(await api.trigger("shop"), 10_000)).toMatchObject({ state: "succeeded" });
      expect(embeddedServer(join(folder, "data"))).not.toBe(0);
      expect(await first.stop()).toBe(0);
      expect(embeddedServer(join(folder, "data"))).toBe(0);
      expect(readdirSync(folder).sort()).toEqual([".cache", "data"]);
      const unpacked = join(folder, ".cache", "schemawatch");
      const [version = ""] = readdirSync(unpacked);
      expect(readdirSync(unpacked)).toEqual([expect.stringMatching(/^postgres-[0-9a-f]{16}$/)]);
      const { ino } = statSync(join(unpacked, version));

      const second = await startService(options);
      expect(statSync(join(unpacked, version)).ino).toBe(ino);
      await new Api(second.url).watching(["shop"], 0);
      expect(await second.stop()).toBe(0);
    },
  );

  test("does not unpack what it does not need", async () => {
    const store = await newDatabase("empty");
    const folder = newFolder();
    const env = { HOME: folder, DATABASE_URL: store.url };
    const service = await startService({ command: [laptop], folder, env });
    expect(await service.stop()).toBe(0);
    expect(existsSync(join(folder, ".cache"))).toBe(false);
  });
});
