import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Application } from "./lib/application.ts";
import { git } from "./lib/git.ts";
import { imageFile } from "./lib/overlay.ts";
import {
  commitImages,
  healthyApplication,
  runTestScript,
  type TestCheckout,
  testCheckout,
  testDigest,
} from "./lib/testing.ts";
import { promote } from "./promote.ts";
import { MARKER } from "./validate/images.ts";

const NEW = testDigest("b");
const OLD = testDigest("a");
const NOW = new Date("2026-03-01T12:00:00Z");
const HOUR_AGO = "2026-03-01T11:00:00Z";
const MINUTE_AGO = "2026-03-01T11:59:00Z";

let applications: Record<string, unknown> = {};
let asked: { path: string; authorization: string | null }[] = [];
// It answers as Argo CD's API does; a real one is asked by the cluster tests.
const argo = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    asked.push({ path: pathname, authorization: request.headers.get("authorization") });
    const application = applications[pathname.split("/").at(-1) ?? ""];
    return application === undefined ? new Response("{}", { status: 404 }) : Response.json(application);
  },
});
const env = { ...process.env, ARGOCD_SERVER: `http://127.0.0.1:${argo.port}`, ARGOCD_AUTH_TOKEN: "letmein" };

let checkout: TestCheckout;
let start: string;
beforeAll(async () => {
  checkout = await testCheckout([]);
  start = await commitImages(checkout, { dev: NEW, staging: OLD, prod: OLD });
  await git(checkout.root, ["push", "--quiet", "origin", "main"]);
});
beforeEach(async () => {
  await git(checkout.root, ["reset", "--quiet", "--hard", start]);
  asked = [];
  applications = { "schemawatch-dev": healthyApplication(start, NEW, HOUR_AGO) };
});
afterAll(async () => {
  checkout[Symbol.dispose]();
  await argo.stop(true);
});

const run = (...args: string[]) => runTestScript(promote, args, { root: checkout.root, env, now: () => NOW });
const head = () => git(checkout.root, ["rev-parse", "HEAD"]);
const message = () => git(checkout.root, ["log", "-1", "--format=%B"]);

/** A refusal says why and leaves everything as it was. */
async function expectRefusal(args: readonly string[], why: string, status = 1): Promise<void> {
  const result = await run(...args);
  expect(result.err).toContain(why);
  expect(result.status).toBe(status);
  expect(await head()).toBe(start);
  expect(await git(checkout.root, ["status", "--porcelain"])).toBe("");
}

describe("a promotion", () => {
  test("is one line of one file in one commit that says where it came from", async () => {
    const result = await run("dev", "staging");
    expect(result).toMatchObject({ status: 0, err: "" });
    expect(await git(checkout.root, ["diff", "--numstat", start, "HEAD"])).toBe(
      `1\t1\t${imageFile("staging")}`,
    );
    expect(checkout.read(imageFile("staging"))).toContain(
      `    # A comment that stays.\n    digest: ${NEW}\n`,
    );
    expect(await message()).toContain(`Promoted-From: dev\nDigest: ${NEW}`);
    expect(await message()).toContain("Synced and Healthy with it for 60 min");
    expect(asked).toEqual([
      { path: "/api/v1/applications/schemawatch-dev", authorization: "Bearer letmein" },
    ]);
  });

  test("to prod tells how to sync by hand", async () => {
    const here = await commitImages(checkout, { staging: NEW });
    applications["schemawatch-staging"] = healthyApplication(here, NEW, HOUR_AGO);
    const { out } = await run("staging", "prod");
    expect(out).toContain("argocd app sync schemawatch-prod");
  });

  test("does nothing when the environment has the image already", async () => {
    const here = await commitImages(checkout, { staging: NEW });
    expect(await run("dev", "staging")).toMatchObject({ status: 0, out: `staging has ${NEW} already.` });
    expect(await head()).toBe(here);
  });

  test("of a new release starts in dev", async () => {
    const release = testDigest("c");
    expect(await run(release, "dev", "--json")).toMatchObject({ status: 0 });
    expect(checkout.read(imageFile("dev"))).toContain(release);
    expect(asked).toEqual([]);
  });

  test("by a dry run changes nothing", async () => {
    const { status, out } = await run("dev", "staging", "--dry-run");
    expect(status).toBe(0);
    expect(out).toContain(`${OLD} → ${NEW}`);
    expect(await head()).toBe(start);
  });

  test("is pushed with --push", async () => {
    expect(await run("dev", "staging", "--push")).toMatchObject({ status: 0 });
    expect(await git(checkout.remote, ["rev-parse", "main"])).toBe(await head());
    await git(checkout.root, ["push", "--quiet", "--force", "origin", `${start}:main`]);
  });

  test("with --pr is a branch of the remote and a pull request, and leaves the checkout alone", async () => {
    const bin = join(checkout.root, "../bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, "gh"),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${bin}/said\necho https://example.com/pull/1\n`,
    );
    chmodSync(join(bin, "gh"), 0o755);
    const withGh = { ...env, PATH: `${bin}:${process.env.PATH}` };
    const result = await runTestScript(promote, ["dev", "staging", "--pr"], {
      root: checkout.root,
      env: withGh,
      now: () => NOW,
    });
    expect(result).toMatchObject({ status: 0, err: "https://example.com/pull/1" });
    const branch = "promote/staging-bbbbbbbbbbbb";
    expect(await git(checkout.remote, ["diff", "--numstat", "main", branch])).toBe(
      `1\t1\t${imageFile("staging")}`,
    );
    expect(await git(checkout.remote, ["rev-parse", `${branch}^`])).toBe(start);
    await git(checkout.remote, ["branch", "--force", branch, `${start}~1`]);
    expect(await run("dev", "staging", "--pr")).toMatchObject({ status: 0 });
    expect(await git(checkout.remote, ["rev-parse", `${branch}^`])).toBe(start);
    expect(readFileSync(join(bin, "said"), "utf8")).toContain(`--head\n${branch}\n`);
    expect(await head()).toBe(start);
    expect(await git(checkout.root, ["status", "--porcelain"])).toBe("");
  });
});

describe("a promotion is refused", () => {
  const bad: [
    string,
    (well: ReturnType<typeof healthyApplication>["status"]) => Application["status"],
    string,
  ][] = [
    [
      "not Synced",
      (well) => ({ ...well, sync: { ...well.sync, status: "OutOfSync" } }),
      "OutOfSync, not Synced",
    ],
    [
      "Progressing",
      (well) => ({ ...well, health: { ...well.health, status: "Progressing" } }),
      "Progressing, not",
    ],
    [
      "a Rollout that was aborted",
      (well) => ({
        ...well,
        health: { status: "Degraded", message: "Rollout aborted update to revision 2" },
      }),
      "Degraded, not Healthy (Rollout aborted",
    ],
    [
      "a sync under way",
      (well) => ({ ...well, operationState: { phase: "Running" } }),
      "last sync is Running",
    ],
    ["a failed sync", (well) => ({ ...well, operationState: { phase: "Failed" } }), "last sync is Failed"],
    [
      "an error condition",
      (well) => ({ ...well, conditions: [{ type: "ComparisonError", message: "no git" }] }),
      "ComparisonError (no git)",
    ],
    [
      "another image that runs",
      (well) => ({ ...well, summary: { images: [`ghcr.io/schemawatch/schemawatch@${OLD}`] } }),
      `no pod of it runs ${NEW}`,
    ],
    [
      "a commit that is not known here",
      (well) => ({ ...well, sync: { ...well.sync, revision: "f".repeat(40) } }),
      "this checkout does not know",
    ],
    ["nothing known", () => undefined, "not compared with git yet"],
  ];
  test.each(bad)("with %s, whatever the reason", async (_name, change, why) => {
    const well = healthyApplication(start, NEW, HOUR_AGO).status;
    applications["schemawatch-dev"] = { status: change(well) };
    await expectRefusal(["dev", "staging"], why);
    await expectRefusal(["dev", "staging", "--reason", "hurry"], why);
  });

  test("when git went on and the cluster did not", async () => {
    const before = start;
    start = await commitImages(checkout, { dev: testDigest("c") });
    try {
      await expectRefusal(["dev", "staging"], `which has ${NEW}, not ${testDigest("c")}`);
    } finally {
      start = before;
    }
  });

  test("before it has soaked, but for a reason, which the commit records", async () => {
    applications["schemawatch-dev"] = healthyApplication(start, NEW, MINUTE_AGO);
    await expectRefusal(["dev", "staging"], "well with it for 1 min of 30 min. Wait 29 min more");
    expect(await run("dev", "staging", "--reason", "stops data loss")).toMatchObject({ status: 0 });
    expect(await message()).toContain(
      "Exception: dev has been well with it for 1 min of 30 min.\nReason: stops data loss",
    );
  });

  test("when it was unwell within the soak time", async () => {
    const well = healthyApplication(start, NEW, HOUR_AGO).status;
    applications["schemawatch-dev"] = {
      status: { ...well, health: { status: "Healthy", lastTransitionTime: MINUTE_AGO } },
    };
    await expectRefusal(["dev", "staging"], "for 1 min of 30 min");
  });

  test("not by a later sync of the same image: it soaks on", async () => {
    const later = await checkout.commit({ "overlays/dev/note.yaml": "a: 1\n" });
    const { status } = healthyApplication(start, NEW, HOUR_AGO);
    const history = [...status.history, { revision: later, deployedAt: MINUTE_AGO }];
    applications["schemawatch-dev"] = {
      status: { ...status, sync: { status: "Synced", revision: later }, history },
    };
    expect(await run("dev", "staging")).toMatchObject({ status: 0 });
  });

  test("when it skips an environment, but for a reason, which the commit records", async () => {
    await expectRefusal(["dev", "prod"], "dev to prod skips staging.");
    await expectRefusal([testDigest("c"), "staging"], "skips dev");
    expect(await run("dev", "prod", "--reason", "staging is being rebuilt")).toMatchObject({ status: 0 });
    expect(await message()).toContain(
      "Exception: dev to prod skips staging.\nReason: staging is being rebuilt",
    );
  });

  test("for the all-zero digest, whatever the reason", async () => {
    await commitImages(checkout, { dev: MARKER });
    const result = await run("dev", "staging", "--reason", "try");
    expect(result).toMatchObject({ status: 1 });
    expect(result.err).toContain("no released image yet");
  });

  test("in a checkout with changes", async () => {
    checkout.write("note", "mine");
    const result = await run("dev", "staging");
    expect(result).toMatchObject({ status: 1 });
    expect(result.err).toContain("not committed, e.g. note");
    await git(checkout.root, ["clean", "--quiet", "--force"]);
  });

  test("backwards, to itself, and for what is no environment", async () => {
    await expectRefusal(["prod", "dev"], "dev does not come after prod", 2);
    await expectRefusal(["dev", "dev"], "dev does not come after dev", 2);
    await expectRefusal(["dev", "qa"], "There is no environment qa", 2);
    await expectRefusal(["dev"], "It needs FROM and TO", 2);
    await expectRefusal(["dev", "staging", "--soak", "soon"], "--soak soon is no duration", 2);
    await expectRefusal(["dev", "staging", "--push", "--pr"], "exclude each other", 2);
  });

  test("when Argo CD cannot be asked", async () => {
    applications = {};
    await expectRefusal(["dev", "staging"], "has no Application schemawatch-dev", 2);
    const nowhere = { ...env, ARGOCD_SERVER: "http://127.0.0.1:1" };
    const result = await runTestScript(promote, ["dev", "staging"], { root: checkout.root, env: nowhere });
    expect(result.err).toContain("cannot be reached");
    expect(result.status).toBe(2);
  });
});

test("without ARGOCD_SERVER kubectl is asked", async () => {
  const bin = join(checkout.root, "../kubectl-bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "application.json"), JSON.stringify(applications["schemawatch-dev"]));
  writeFileSync(join(bin, "kubectl"), `#!/bin/sh\necho "$@" > ${bin}/said\ncat ${bin}/application.json\n`);
  chmodSync(join(bin, "kubectl"), 0o755);
  const world = { ...process.env, ARGOCD_SERVER: undefined, PATH: `${bin}:${process.env.PATH}` };
  const result = await runTestScript(promote, ["dev", "staging"], {
    root: checkout.root,
    env: world,
    now: () => NOW,
  });
  expect(result).toMatchObject({ status: 0, err: "" });
  expect(readFileSync(join(bin, "said"), "utf8")).toBe(
    "get applications.argoproj.io schemawatch-dev --namespace argocd --output json\n",
  );
});
