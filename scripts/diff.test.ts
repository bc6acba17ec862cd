import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { diff } from "./diff.ts";
import { git } from "./lib/git.ts";
import { commitImages, runTestScript, type TestCheckout, testCheckout, testDigest } from "./lib/testing.ts";

// Real tools, started dozens of times; on a busy machine one rendering takes seconds.
setDefaultTimeout(120_000);

let checkout: TestCheckout;
let start: string;
beforeAll(async () => {
  checkout = await testCheckout(["base", "overlays", "policies"]);
  start = await git(checkout.root, ["rev-parse", "HEAD"]);
});
beforeEach(async () => {
  await git(checkout.root, ["switch", "--quiet", "--force-create", "feature", start]);
  await git(checkout.root, ["clean", "--quiet", "--force", "-d"]);
});
afterAll(() => checkout[Symbol.dispose]());

const run = (...args: string[]) => runTestScript(diff, args, { root: checkout.root });

interface Json {
  targets: {
    target: string;
    changes: { name: string; change: string }[];
    risks: { name: string; level: string }[];
  }[];
}

test("a promotion shows in its environment only, with what restarts", async () => {
  await commitImages(checkout, { dev: testDigest("b") });
  const { status, out } = await run();
  expect(status).toBe(0);
  expect(out).toContain(`## Rendered difference to ${start.slice(0, 12)}`);
  expect(out).toMatch(/\| overlays\/dev \| \d+ \| 0 \| 0 \| [1-9]\d* \| 🟠 medium \|/);
  expect(out).toContain("| overlays/staging | – |");
  expect(out).toContain("| overlays/prod | – |");
  expect(out).toContain(
    `\`schemawatch-dev/Deployment/web\` its pods are replaced with ghcr.io/schemawatch/schemawatch@${testDigest("b")}`,
  );
  expect(out).toMatch(/^\+ +image: ghcr\.io\/schemawatch\/schemawatch@sha256:b{64}$/m);
  expect(await run("--exit-code")).toMatchObject({ status: 1 });
});

test("changes that are not committed count, and the checkout stays as it is", async () => {
  const path = "base/network-policies.yaml";
  rmSync(join(checkout.root, path));
  checkout.write(
    "base/kustomization.yaml",
    checkout.read("base/kustomization.yaml").replace(/.*network-policies.*\n/, ""),
  );
  const before = await git(checkout.root, ["status", "--porcelain"]);
  const { targets } = JSON.parse((await run("--json")).out) as Json;
  const names = targets.filter(({ changes }) => changes.length > 0).map(({ target }) => target);
  expect(names).toEqual(["overlays/dev", "overlays/staging", "overlays/prod"]);
  const gone = targets[0]?.changes.filter(({ change }) => change === "deleted") ?? [];
  expect(gone.length).toBeGreaterThan(0);
  expect(targets[0]?.risks[0]).toMatchObject({
    level: "high",
    message: "a guard is gone: nothing does its work",
  });
  expect(await git(checkout.root, ["status", "--porcelain"])).toBe(before);
  expect(await git(checkout.root, ["worktree", "list", "--porcelain"])).not.toContain("schemawatch-commit-");
});

test("what came to the base since is not the pull request's", async () => {
  await git(checkout.root, ["switch", "--quiet", "main"]);
  await commitImages(checkout, { prod: testDigest("c") });
  await git(checkout.root, ["switch", "--quiet", "feature"]);
  await commitImages(checkout, { dev: testDigest("b") });
  const { out } = await run("main");
  expect(out).toContain("| overlays/prod | – |");
  await git(checkout.root, ["branch", "--quiet", "--force", "main", start]);
});

test("a new environment is all added, one that goes all deleted", async () => {
  checkout.write(
    "overlays/qa/kustomization.yaml",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../policies]\n",
  );
  rmSync(join(checkout.root, "overlays/staging"), { recursive: true });
  const { targets } = JSON.parse((await run("--json")).out) as Json;
  const kinds = (name: string) =>
    new Set(targets.find(({ target }) => target === name)?.changes.map((c) => c.change));
  expect(kinds("overlays/qa")).toEqual(new Set(["added"]));
  expect(kinds("overlays/staging")).toEqual(new Set(["deleted"]));
  expect(kinds("overlays/dev")).toEqual(new Set());
});

test("lines beyond the limit are left out, the risks never", async () => {
  await commitImages(checkout, { dev: testDigest("b"), staging: testDigest("b"), prod: testDigest("b") });
  const whole = (await run()).out;
  const { out } = await run("--limit", "8000");
  expect(whole.length).toBeGreaterThan(8000);
  expect(out.length).toBeLessThan(8000);
  expect(out).toMatch(/The lines of \d+ objects are left out here/);
  expect(out).toContain("`schemawatch-prod/Deployment/poller` its pods are replaced");
});

test("nothing to deploy is said, and costs no rendering", async () => {
  await checkout.commit({ "README.md": "# Hello\n" });
  expect(await run("--exit-code")).toMatchObject({
    status: 0,
    out: expect.stringContaining("Nothing that is deployed changes."),
  });
});

test("a tree that cannot be built and a base that is not known are errors", async () => {
  expect(await run("nowhere")).toMatchObject({
    status: 2,
    err: expect.stringContaining("no commit nowhere"),
  });
  expect(await run("--limit", "many")).toMatchObject({ status: 2 });
  expect(await run("main", "more")).toMatchObject({ status: 2 });
  checkout.write("overlays/dev/kustomization.yaml", "resources: [gone.yaml]\n");
  expect(await run()).toMatchObject({ status: 2, err: expect.stringContaining("gone.yaml") });
});
