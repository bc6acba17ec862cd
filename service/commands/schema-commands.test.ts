import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { MAIN, run } from "./testing.ts";

const SCHEMA = `
  create schema audit;
  create table public.orders (id bigint primary key, total integer not null, note text);
  create view public.big as select id from public.orders where total > 100;
  create table audit.entries (at timestamptz);`;

let folder: string;
let before: TestDatabase;
let after: TestDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "schemawatch-cli-"));
  [before, after] = await Promise.all([testDatabase(), testDatabase()]);
  await before.db.query(SCHEMA);
  await after.db.query(SCHEMA);
  await after.db.query(`
    alter table public.orders drop column note;
    alter table public.orders add column placed_at timestamptz;
    comment on table audit.entries is 'kept for a year'`);
  await run(["snapshot", "--url", before.url, "--out", "before.snapshot"], { folder });
  await run(["snapshot", "--url", after.url, "--out", "after.snapshot"], { folder });
});
afterAll(async () => {
  await Promise.all([before.drop(), after.drop()]);
  rmSync(folder, { recursive: true });
});

describe("snapshot", () => {
  test("writes the same text to a file and to standard output, each time", async () => {
    const written = readFileSync(join(folder, "before.snapshot"), "utf8");
    const printed = await run(["snapshot", "--url", before.url, "--out", "-"]);
    expect(printed).toEqual({ status: 0, out: written, err: "" });
    expect(written).toContain("public.orders");
    expect(written.endsWith("\n")).toBe(true);
  });

  test("takes the URL from a variable or a file, so that no process list shows it", async () => {
    const env = { SHOP_URL: before.url };
    expect((await run(["snapshot", "--url", "env:SHOP_URL"], { env })).status).toBe(0);
    writeFileSync(join(folder, "url"), `${before.url}\n`);
    expect((await run(["snapshot", "--url", "file:url"], { folder })).status).toBe(0);
  });

  test("holds no roles that the database does not name, and check does not miss them", async () => {
    await before.db.query("create role command_stranger");
    const { out } = await run(["snapshot", "--url", before.url]);
    const checked = await run(["check", "--url", before.url, "--baseline", "before.snapshot"], { folder });
    await before.db.query("drop role command_stranger");
    expect(out).not.toContain("command_stranger");
    expect(checked).toMatchObject({ status: 0, err: "" });
  });

  test("leaves out what is ignored", async () => {
    const { out } = await run([
      "snapshot",
      "--url",
      before.url,
      "--ignore",
      "audit",
      "--ignore",
      "view:public.*",
    ]);
    expect(out).toContain("public.orders");
    expect(out).not.toMatch(/audit|public\.big/);
  });

  test("that fails leaves the file as it was and prints nothing", async () => {
    writeFileSync(join(folder, "kept"), "approved");
    for (const url of [
      "postgres://nobody:hunter2@127.0.0.1:1/x",
      before.url.replace(/[^/]*$/, "missing"),
      "http://x",
    ]) {
      const { status, out, err } = await run(["snapshot", "--url", url, "--out", "kept"], { folder });
      expect({ status, out }).toEqual({ status: 2, out: "" });
      expect(err).toMatch(/^schemawatch: .+\n$/);
      expect(err).not.toContain("hunter2");
    }
    expect(readFileSync(join(folder, "kept"), "utf8")).toBe("approved");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("whose reader leaves early is no error, and a full disk is one", async () => {
    const shell = (line: string) => {
      const env = { ...process.env, URL: before.url, MAIN, BUN: process.execPath };
      return Bun.spawnSync(["bash", "-c", line], { env });
    };
    const early = shell('"$BUN" "$MAIN" snapshot --url env:URL | head -n 1; exit "$PIPESTATUS"');
    expect({ status: early.exitCode, err: early.stderr.toString() }).toEqual({ status: 0, err: "" });
    const full = shell('"$BUN" "$MAIN" snapshot --url env:URL > /dev/full');
    expect(full.exitCode).toBe(2);
    expect(full.stderr.toString()).toMatch(/Standard output cannot be written \(ENOSPC\)/);
  });
});

describe("diff", () => {
  test("of the same is 0, by file, URL and standard input", async () => {
    const text = readFileSync(join(folder, "before.snapshot"), "utf8");
    for (const args of [
      ["before.snapshot", "before.snapshot"],
      [before.url, "before.snapshot"],
      [before.url, before.url],
      ["-", before.url],
    ]) {
      const outcome = await run(["diff", ...args], { folder, input: text });
      expect(outcome).toEqual({ status: 0, out: "No difference.\n", err: "" });
    }
  });

  test("of two is 1 and tells the worst first, the same from files and databases", async () => {
    const files = await run(["diff", "before.snapshot", "after.snapshot"], { folder });
    const databases = await run(["diff", before.url, after.url]);
    expect(files).toEqual(databases);
    expect(files.status).toBe(1);
    expect(files.out).toStartWith("BREAKING column public.orders.note removed\n");
    expect(files.out).toMatch(/SAFE {5}column public\.orders\.placed_at added/);
    expect(files.out).toMatch(/\n {2}comment\n {4}\+ kept for a year\n/);
    expect(files.out).toMatch(/\nThey differ \(3 changes: 1 breaking, .*safe\)\.\n$/);
    expect(files.out).not.toContain("\x1b");
  });

  test("--json prints one document of the contract", async () => {
    const { status, out } = await run(["diff", "before.snapshot", "after.snapshot", "--json"], { folder });
    expect(status).toBe(1);
    const { changes } = JSON.parse(out) as { changes: Record<string, unknown>[] };
    const removed = changes.find(({ identity }) => identity === "public.orders.note");
    expect(removed).toMatchObject({
      kind: "column",
      action: "removed",
      from: null,
      attributes: { type: { before: "text", after: null } },
      compatibility: "breaking",
      lock: "ACCESS EXCLUSIVE",
      rewrite: false,
    });
    expect(Object.keys(removed ?? {})).toEqual(expect.arrayContaining(["why", "safer", "scan", "rules"]));
    const same = await run(["diff", "before.snapshot", "before.snapshot", "--json"], { folder });
    expect(same).toEqual({ status: 0, out: '{\n  "changes": []\n}\n', err: "" });
  });

  test("leaves out what is ignored on both sides", async () => {
    const args = ["--ignore", "audit", "--ignore", "column:public.orders.*"];
    expect((await run(["diff", "before.snapshot", after.url, ...args], { folder })).status).toBe(0);
  });

  test("takes pipes as files", async () => {
    const line = '"$BUN" "$MAIN" diff <(cat before.snapshot) <(cat after.snapshot) >/dev/null';
    const env = { ...process.env, MAIN, BUN: process.execPath };
    expect(Bun.spawnSync(["bash", "-c", line], { env, cwd: folder }).exitCode).toBe(1);
  });

  test.each<[string[], RegExp]>([
    [["before.snapshot"], /diff needs two schemas/],
    [["a", "b", "c"], /does not take the argument "c"/],
    [["--bogus", "a", "b"], /'--bogus'.*diff --help/],
    [["-", "-"], /Standard input can be one of the two only/],
    [["missing", "before.snapshot"], /missing cannot be read \(ENOENT\)/],
    [["before.snapshot", "."], /\. cannot be read \(EISDIR\)/],
    [["before.snapshot", "foreign"], /foreign/],
    [["before.snapshot", "newer"], /newer:1.*999/],
    [["before.snapshot", "mysql://u:hunter2@h/x"], /postgres:\/\//],
    [["before.snapshot", "env:NOBODY"], /NOBODY is not set/],
    [["before.snapshot", "file:nothing"], /nothing cannot be read \(ENOENT\)/],
    [["a", "b", "--ignore", "planet:x"], /planet/],
    [["a", "postgres://u:hunter2@h/x", "postgres://u:hunter2@h/x"], /does not take/],
  ])("%j is an error", async (args, expected) => {
    writeFileSync(join(folder, "foreign"), "once upon a time\n");
    const text = readFileSync(join(folder, "before.snapshot"), "utf8");
    writeFileSync(join(folder, "newer"), text.replace(/format \d+/, "format 999"));
    const { status, out, err } = await run(["diff", ...args], { folder });
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(expected);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).not.toContain("hunter2");
  });
});

describe("check", () => {
  test("is 0 for the approved schema, and 1 for another", async () => {
    const synced = await run(["check", "--url", before.url, "--baseline", "before.snapshot"], { folder });
    expect(synced).toEqual({
      status: 0,
      out: "Synced: the database has the schema of before.snapshot.\n",
      err: "",
    });
    const drifted = await run(["check", "--url", after.url, "--baseline", "before.snapshot"], { folder });
    expect(drifted.status).toBe(1);
    expect(drifted.out).toMatch(
      /^BREAKING column public\.orders\.note removed\n[\s\S]*\nDrifted: .*before\.snapshot/,
    );
    const json = await run(["check", "--url", after.url, "--baseline", "before.snapshot", "--json"], {
      folder,
    });
    expect(json.status).toBe(1);
    expect((JSON.parse(json.out) as { changes: unknown[] }).changes).toHaveLength(3);
  });

  test("without a readable baseline is 2", async () => {
    const missing = await run(["check", "--url", before.url, "--baseline", "none"], { folder });
    expect(missing.status).toBe(2);
    expect(missing.err).toMatch(/none cannot be read \(ENOENT\).*snapshot --url URL --out FILE/);
    expect((await run(["check", "--url", before.url])).err).toMatch(/check needs --baseline/);
    expect((await run(["check", "--baseline", "before.snapshot"])).err).toMatch(/check needs --url/);
  });
});

describe("on a terminal", () => {
  /** Runs the program on a terminal of its own until `enough` of its screen is seen. */
  async function onTerminal(
    args: readonly string[],
    enough: (screen: string) => boolean,
    env = {},
  ): Promise<string> {
    let screen = "";
    const decoder = new TextDecoder();
    const child = Bun.spawn([process.execPath, MAIN, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, TERM: "xterm", ...env },
      terminal: {
        data: (_, data) => {
          screen += decoder.decode(data, { stream: true });
        },
      },
    });
    for (const end = Date.now() + 5000; !enough(screen) && Date.now() < end; ) await Bun.sleep(20);
    child.kill("SIGKILL");
    await child.exited;
    return screen;
  }

  const finished = (screen: string) => screen.includes("They differ");

  test("there are colours, unless they are not wanted", async () => {
    const args = ["diff", "before.snapshot", "after.snapshot"];
    expect(await onTerminal(args, finished)).toContain("\x1b[31mBREAKING\x1b[0m");
    expect(await onTerminal(args, finished, { NO_COLOR: "1" })).not.toContain("\x1b[31m");
  });

  test("long work shows progress", async () => {
    using silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    const url = `postgres://me:hunter2@127.0.0.1:${silent.port}/shop`;
    const shown = (screen: string) => /… \d\.\d s/.test(screen);
    const screen = await onTerminal(["snapshot", "--url", url], shown);
    expect(screen).toContain(`reading the schema of me@127.0.0.1:${silent.port}/shop`);
    expect(screen).not.toContain("hunter2");
  });
});
