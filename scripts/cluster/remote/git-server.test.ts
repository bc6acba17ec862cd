import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../service/testing/until.ts";
import { git } from "../../lib/git.ts";
import { serveGit } from "./git-server.ts";

let folder: string;
let server: ReturnType<typeof serveGit>;
let listener: ReturnType<typeof Bun.serve>;
const told: { ref: string; before: string; after: string; repository: { html_url: string } }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "git-server-"));
  const root = join(folder, "repositories");
  mkdirSync(root);
  await git(root, ["init", "--quiet", "--bare", "--initial-branch=main", "one.git"]);
  const webhookFile = join(folder, "webhook");
  listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      if (request.headers.get("x-github-event") === "push") told.push(await request.json());
      return new Response("ok");
    },
  });
  writeFileSync(webhookFile, listener.url.href);
  server = serveGit({ root, hostname: "127.0.0.1", port: 0, webhookFile });
});

afterAll(async () => {
  await server?.stop(true);
  await listener?.stop(true);
  rmSync(folder, { recursive: true, force: true });
});

test("a push is kept, can be cloned, and is told to the webhook once", async () => {
  const url = `${server.url.origin}/one.git`;
  const first = join(folder, "first");
  await git(folder, ["clone", "--quiet", url, first]);
  await git(first, ["config", "user.name", "Test"]);
  await git(first, ["config", "user.email", "test@example.com"]);
  // Large enough that git sends it compressed and in pieces.
  writeFileSync(join(first, "file"), crypto.getRandomValues(new Uint8Array(65_536)));
  await git(first, ["add", "--all"]);
  await git(first, ["commit", "--quiet", "--message=One"]);
  await git(first, ["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
  const commit = await git(first, ["rev-parse", "HEAD"]);

  const second = join(folder, "second");
  await git(folder, ["clone", "--quiet", "--branch=main", url, second]);
  expect(readFileSync(join(second, "file"))).toEqual(readFileSync(join(first, "file")));
  const [push] = await until("the webhook", 10_000, () => told.length > 0 && told);
  expect(push).toMatchObject({ ref: "refs/heads/main", after: commit });
  expect(push?.repository.html_url).toBe(url.replace(/\.git$/, ""));
  await git(second, ["fetch", "--quiet"]);
  expect(told).toHaveLength(1);
});

test("a repository that is not there is not found", async () => {
  const answer = await fetch(`${server.url.origin}/two.git/info/refs?service=git-upload-pack`);
  expect(answer.status).toBe(404);
});
