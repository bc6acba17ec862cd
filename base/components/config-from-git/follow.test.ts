import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../../scripts/lib/exec.ts";

const SCRIPT = join(import.meta.dir, "follow.sh");
let folder: string;
let remote: string;
let work: string;
const started: Bun.Subprocess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "follow-"));
  remote = join(folder, "remote.git");
  work = join(folder, "work");
  await output(["git", "init", "--quiet", "--bare", "--initial-branch=main", remote]);
  await output(["git", "clone", "--quiet", remote, work]);
  for (const [name, value] of [
    ["user.name", "Test"],
    ["user.email", "test@example.com"],
  ]) {
    await output(["git", "-C", work, "config", name ?? "", value ?? ""]);
  }
  await output(["git", "-C", work, "checkout", "--quiet", "-B", "main"]);
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function push(text: string): Promise<void> {
  writeFileSync(join(work, "databases.yaml"), text);
  await output(["git", "-C", work, "add", "databases.yaml"]);
  await output(["git", "-C", work, "commit", "--quiet", "--message", text]);
  await output(["git", "-C", work, "push", "--quiet", "origin", "main"]);
}

function follow(repository = `file://${remote}`) {
  const target = mkdtempSync(join(folder, "config-"));
  const env = {
    ...process.env,
    HOME: folder,
    CONFIG_REPOSITORY: repository,
    CONFIG_BRANCH: "main",
    CONFIG_PERIOD: "0.2",
  };
  const child = Bun.spawn(["sh", SCRIPT, target], { env, stdout: "pipe", stderr: "pipe" });
  started.push(child);
  return { target, child, file: join(target, "current/databases.yaml") };
}

async function until(done: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error("It did not come about within 20 s.");
    await Bun.sleep(20);
  }
}

const holds = (file: string, text: string) => () => existsSync(file) && readFileSync(file, "utf8") === text;

test("a pushed commit shows up whole, and commits that nobody reads any more are removed", async () => {
  await push("one");
  const { target, file } = follow();
  await until(holds(file, "one"));
  for (const text of ["two", "three", "four"]) {
    await push(text);
    await until(holds(file, text));
  }
  const commits = () => readdirSync(target).filter((name) => /^[0-9a-f]{40}$/.test(name));
  await until(() => commits().length === 2);
}, 60_000);

test("a repository that comes late is taken when it is there", async () => {
  await push("late");
  const moved = join(folder, "later.git");
  const { child, file } = follow(`file://${moved}`);
  const said = new Response(child.stderr as ReadableStream).text();
  await Bun.sleep(500);
  expect(existsSync(file)).toBe(false);
  await output(["git", "clone", "--quiet", "--bare", remote, moved]);
  await until(holds(file, "late"));
  child.kill("SIGKILL");
  expect(await said).toContain("cannot be read; the reason is above. Trying again in 0.2 s.");
}, 60_000);

test("SIGTERM ends it at once, also as the first process of a container would hear it", async () => {
  await push("end");
  const { child, file } = follow();
  await until(holds(file, "end"));
  const began = Date.now();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  expect(Date.now() - began).toBeLessThan(2000);
}, 60_000);
