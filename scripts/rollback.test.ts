import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { git } from "./lib/git.ts";
import { imageFile } from "./lib/overlay.ts";
import { commitImages, runTestScript, type TestCheckout, testCheckout, testDigest } from "./lib/testing.ts";
import { rollback } from "./rollback.ts";
import { MARKER } from "./validate/images.ts";

const [A, B, C] = ["a", "b", "c"].map(testDigest) as [string, string, string];

let checkout: TestCheckout;
let start: string;
beforeAll(async () => {
  checkout = await testCheckout([]);
  for (const digest of [MARKER, A, B, C]) start = await commitImages(checkout, { dev: digest, prod: digest });
});
beforeEach(() => git(checkout.root, ["reset", "--quiet", "--hard", start]));
afterAll(() => checkout[Symbol.dispose]());

const run = (...args: string[]) => runTestScript(rollback, args, { root: checkout.root });
const digest = () => /sha256:\w+/.exec(checkout.read(imageFile("dev")))?.[0];

test("a rollback is one line in one commit that says what was left and why", async () => {
  expect(await run("dev", "--reason", "pages answer 500")).toMatchObject({ status: 0, err: "" });
  expect(digest()).toBe(B);
  expect(await git(checkout.root, ["diff", "--numstat", start, "HEAD"])).toBe(`1\t1\t${imageFile("dev")}`);
  const message = await git(checkout.root, ["log", "-1", "--format=%B"]);
  expect(message).toContain("Roll dev back to bbbbbbbbbbbb\n");
  expect(message).toContain(`Reason: pages answer 500\n\nRolled-Back-From: ${C}\nDigest: ${B}`);
});

test("a second rollback goes further back instead of returning to the bad image", async () => {
  await run("dev");
  await run("dev");
  expect(digest()).toBe(A);
  const { status, err } = await run("dev");
  expect(err).toContain("git knows no earlier image of dev");
  expect(status).toBe(1);
});

test("an image that was taken back and promoted again is one to return to", async () => {
  await run("dev");
  for (const next of [C, testDigest("d")]) await commitImages(checkout, { dev: next });
  await run("dev");
  expect(digest()).toBe(C);
});

test("a history with merges is followed", async () => {
  await git(checkout.root, ["switch", "--quiet", "--create", "feature"]);
  await commitImages(checkout, { dev: testDigest("d") });
  await git(checkout.root, ["switch", "--quiet", "-"]);
  await checkout.commit({ other: "1" });
  await git(checkout.root, ["merge", "--quiet", "--no-ff", "--message=Merge", "feature"]);
  await run("dev");
  expect(digest()).toBe(C);
  await git(checkout.root, ["branch", "--quiet", "-D", "feature"]);
});

test("--to takes an image that the environment had, and another one for a reason only", async () => {
  await run("dev", "--to", A);
  expect(digest()).toBe(A);
  const unknown = testDigest("e");
  const refused = await run("dev", "--to", unknown);
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.err).toContain(`dev never had ${unknown}`);
  expect(await run("dev", "--to", unknown, "--reason", "built by hand")).toMatchObject({ status: 0 });
  expect(digest()).toBe(unknown);
});

test("prod's rollback tells how to sync, dev's that Argo CD does it", async () => {
  expect((await run("prod")).out).toContain("argocd app sync schemawatch-prod");
  const { out } = await run("dev");
  expect(out).toContain("Argo CD then syncs it by itself.");
  expect(out).toContain("argocd app terminate-op schemawatch-dev");
});

test("--pr pushes a branch and leaves the checkout as it is; --push pushes what it commits", async () => {
  const world = { root: checkout.root, env: { ...process.env, PATH: "/nowhere" } };
  const { status, err } = await runTestScript(rollback, ["dev", "--pr"], world);
  expect(err).toContain("gh is not installed: open the pull request of rollback/dev-bbbbbbbbbbbb by hand.");
  expect(status).toBe(0);
  expect(await git(checkout.root, ["rev-parse", "HEAD"])).toBe(start);
  expect(await git(checkout.remote, ["show", `rollback/dev-bbbbbbbbbbbb:${imageFile("dev")}`])).toContain(B);

  const pushed = await run("dev", "--push", "--json");
  const { commit, digest: now } = JSON.parse(pushed.out) as { commit: string; digest: string };
  expect(now).toBe(B);
  expect(await git(checkout.remote, ["rev-parse", "main"])).toBe(commit);
});

test("a dirty checkout, the all-zero digest and wrong usage are refused", async () => {
  expect(await run("dev", "--to", MARKER)).toMatchObject({ status: 1 });
  expect(await run("dev", "--to", "latest")).toMatchObject({ status: 2 });
  expect(await run("qa")).toMatchObject({ status: 2 });
  expect(await run()).toMatchObject({ status: 2 });
  expect(await run("dev", "--dry-run")).toMatchObject({ status: 0 });
  expect(digest()).toBe(C);
  checkout.write(imageFile("dev"), "mine");
  expect(await run("dev")).toMatchObject({ status: 1 });
  expect(checkout.read(imageFile("dev"))).toBe("mine");
});
