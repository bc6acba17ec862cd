import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.ts";
import { git } from "./lib/git.ts";
import { parseObjects } from "./lib/kustomize.ts";
import { makeAgeKey, recipientOf } from "./lib/sops.ts";
import {
  commitImages,
  healthyApplication,
  runTestScript,
  type TestCheckout,
  testCheckout,
  testDigest,
} from "./lib/testing.ts";
import { secrets } from "./secrets.ts";
import { MARKER } from "./validate/images.ts";

const REPOSITORY = "argocd/repository/repository.yaml";

// Real tools, started dozens of times; on a busy machine one rendering takes seconds.
setDefaultTimeout(120_000);

let checkout: TestCheckout;
let start: string;
let calls: string;
let env: Record<string, string | undefined>;

/**
 * A kubectl that writes down what it was asked and given. It shows the order of calls only; that they do what they should is
 * shown on a real cluster by the cluster tests.
 */
const RECORDER = `#!/bin/sh
[ -e "$CALLS/broken" ] && { echo "connection refused" >&2; exit 1; }
number=$(ls "$CALLS" | grep -c args)
number=$(printf %03d "$number")
echo "$@" > "$CALLS/$number.args"
case "$*" in
  "config current-context") echo test-cluster ;;
  *"get applications.argoproj.io"*) cat "$CALLS/../application.json" ;;
  *"--filename -"*) cat > "$CALLS/$number.input" ;;
esac
`;

beforeAll(async () => {
  checkout = await testCheckout(["base", "overlays", "argocd", ".sops.yaml"]);
  const folder = join(checkout.root, "..");
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/kubectl"), RECORDER);
  chmodSync(join(folder, "bin/kubectl"), 0o755);
  calls = join(folder, "calls");
  env = {
    ...process.env,
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    CALLS: calls,
    SOPS_AGE_KEY_FILE: join(folder, "age.key"),
  };
  checkout.write(
    ".sops.yaml",
    "creation_rules:\n  - path_regex: ^overlays/dev/secrets\\.enc\\.yaml$\n    age: DEV_RECIPIENT_NOT_MADE_YET\n",
  );
  checkout.write("overlays/dev/secrets.enc.yaml", "{}\n");
  const made = await runTestScript(secrets, ["create", "dev"], { root: checkout.root, env });
  expect(made).toMatchObject({ status: 0 });
  checkout.write(REPOSITORY, checkout.read(REPOSITORY).replace(/url: .*/, `url: file://${checkout.remote}`));
  start = await commitImages(checkout, {
    dev: testDigest("a"),
    staging: testDigest("a"),
    prod: testDigest("a"),
  });
  await git(checkout.root, ["push", "--quiet", "origin", "main"]);
});
beforeEach(async () => {
  await git(checkout.root, ["reset", "--quiet", "--hard", start]);
  rmSync(calls, { recursive: true, force: true });
  mkdirSync(calls);
});
afterAll(() => checkout[Symbol.dispose]());

const run = (args: readonly string[] = [], more: Record<string, string> = {}) =>
  runTestScript(bootstrap, args, { root: checkout.root, env: { ...env, ...more } });

function recorded(): { args: string; input: string }[] {
  const names = readdirSync(calls).filter((name) => name.endsWith(".args"));
  return names.sort().map((name) => {
    const input = Bun.file(join(calls, name.replace("args", "input")));
    return {
      args: readFileSync(join(calls, name), "utf8").trim(),
      input: input.size > 0 ? readFileSync(input.name ?? "", "utf8") : "",
    };
  });
}

const ON = "--context=test-cluster";
const APPLY = `${ON} apply --server-side --force-conflicts --filename -`;

test("installs Argo CD, waits for it, brings the key, then hands over, in this order", async () => {
  const result = await run();
  expect(result).toMatchObject({ status: 0, err: "" });
  const made = recorded();
  const order = made.map(({ args }) => args.replace(/(established|status) .*/i, "$1"));
  expect(order.slice(0, 4)).toEqual([
    "config current-context",
    `${ON} version --output=json`,
    APPLY,
    `${ON} wait --for=condition=Established`,
  ]);
  expect(made[3]?.args).toContain("customresourcedefinition/applications.argoproj.io");
  const rollouts = made.filter(({ args }) => args.includes(" rollout status "));
  expect(rollouts.map(({ args }) => args.split(" ")[3])).toContain(
    "statefulset/argocd-application-controller",
  );
  expect(order.slice(4, 4 + rollouts.length).every((args) => args === `${ON} rollout status`)).toBe(true);
  expect(order.slice(4 + rollouts.length)).toEqual([APPLY, APPLY, APPLY]);

  const [namespace, secret, root] = made.slice(-3).map(({ input }) => parseObjects(input, "input"));
  expect(namespace).toEqual([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "schemawatch-dev" } }]);
  expect(secret?.[0]).toMatchObject({
    kind: "Secret",
    metadata: { name: "sops-age", namespace: "schemawatch-dev" },
  });
  const application = root?.find(({ kind }) => kind === "Application");
  expect(application).toMatchObject({
    metadata: { name: "root", namespace: "argocd" },
    spec: { source: { repoURL: `file://${checkout.remote}`, targetRevision: "main" } },
  });
});

test("only the key that decrypts goes to the cluster, by standard input, and is never printed", async () => {
  const file = join(checkout.root, "../many.key");
  const own = readFileSync(env.SOPS_AGE_KEY_FILE ?? "", "utf8");
  const other = join(checkout.root, "../other.key");
  await makeAgeKey(checkout.root, other);
  writeFileSync(file, readFileSync(other, "utf8"));
  appendFileSync(file, own);
  const result = await run(["--key", file]);
  expect(result).toMatchObject({ status: 0 });
  const secret = recorded().find(({ input }) => input.includes('"Secret"'));
  const { data } = JSON.parse(secret?.input ?? "{}") as { data: Record<string, string> };
  const [key = ""] = /AGE-SECRET-KEY-1\S+/.exec(own) ?? [];
  expect(atob(data["age.key"] ?? "")).toBe(`${key}\n`);
  for (const { args } of recorded()) expect(args).not.toContain(key);
  expect(result.out + result.err).not.toContain("AGE-SECRET-KEY");
});

test("twice does the same again", async () => {
  await run();
  const first = recorded();
  rmSync(calls, { recursive: true });
  mkdirSync(calls);
  expect(await run()).toMatchObject({ status: 0 });
  expect(recorded()).toEqual(first);
});

test("a dry run checks, prints every call, and changes nothing", async () => {
  const { status, out } = await run(["--dry-run", "--context", "elsewhere"]);
  expect(status).toBe(0);
  expect(out).toContain("On elsewhere:");
  expect(out).toContain(
    "kubectl --context=elsewhere apply --server-side --force-conflicts --filename - < (the key)",
  );
  expect(out).not.toContain("AGE-SECRET-KEY");
  expect(recorded()).toEqual([]);
});

test("--wait ends when the environment is Synced and Healthy, and with 1 when it is not in time", async () => {
  const file = join(checkout.root, "../application.json");
  writeFileSync(file, JSON.stringify(healthyApplication(start, testDigest("a"), "2026-03-01T12:00:00Z")));
  const well = await run(["--wait", "1m"]);
  expect(well).toMatchObject({ status: 0 });
  expect(well.out).toContain("schemawatch-dev: Synced, Healthy");
  writeFileSync(
    file,
    JSON.stringify({ status: { sync: { status: "Synced" }, health: { status: "Degraded" } } }),
  );
  const late = await run(["--wait", "0s"]);
  expect(late).toMatchObject({ status: 1 });
  expect(late.err).toContain("schemawatch-dev is not Synced and Healthy yet");
});

describe("is refused, before the cluster is touched,", () => {
  /** Commits and pushes what a test changed, so that only its own fault is there. */
  async function published(files: Record<string, string>): Promise<void> {
    await checkout.commit(files);
    await git(checkout.root, ["push", "--quiet", "--force", "origin", "main"]);
  }

  async function expectRefusal(why: string, args: readonly string[] = [], more: Record<string, string> = {}) {
    const result = await run(args, more);
    expect(result.err).toContain(why);
    expect(result.status).toBe(1);
    expect(recorded()).toEqual([]);
  }

  test("for the all-zero image", async () => {
    await commitImages(checkout, { dev: MARKER });
    await git(checkout.root, ["push", "--quiet", "--force", "origin", "main"]);
    await expectRefusal("there is no released image yet");
  });

  test("without secrets", async () => {
    await published({ "overlays/dev/secrets.enc.yaml": "{}\n" });
    await expectRefusal("dev has no secrets yet");
  });

  test("with changes that are not committed, or not pushed", async () => {
    await git(checkout.root, ["push", "--quiet", "--force", "origin", `${start}:main`]);
    checkout.write("note", "mine");
    await expectRefusal("not committed");
    await checkout.commit({ note: "mine" });
    await expectRefusal(`is at ${start.slice(0, 12)}, not at`);
  });

  test("without the key, or with another one", async () => {
    await git(checkout.root, ["push", "--quiet", "--force", "origin", `${start}:main`]);
    await expectRefusal("There is no age key in /nowhere/age.key", ["--key", "/nowhere/age.key"]);
    const file = join(checkout.root, "../stranger.key");
    await makeAgeKey(checkout.root, file);
    expect(await recipientOf(file)).toStartWith("age1");
    await expectRefusal("is encrypted for no key in", ["--key", file]);
  });
});

test("other environments without a release, and a repository that cannot be read, are warned of", async () => {
  const url = checkout.read(REPOSITORY).replace(/url: .*/, "url: file:///nowhere/repository.git");
  checkout.write(REPOSITORY, url);
  await commitImages(checkout, { prod: MARKER });
  const { status, err } = await run();
  expect(err).toContain("file:///nowhere/repository.git cannot be read from here");
  expect(err).toContain("prod has no released image yet");
  expect(status).toBe(0);
});

test("a kubectl that fails ends it with 2 and its words", async () => {
  await git(checkout.root, ["push", "--quiet", "--force", "origin", `${start}:main`]);
  writeFileSync(join(calls, "broken"), "");
  const { status, err } = await run(["--context", "gone"]);
  expect(err).toContain("kubectl version --output=json ended with 1: connection refused");
  expect(status).toBe(2);
  expect(await run(["--environment", "qa"])).toMatchObject({ status: 2 });
  expect(await run(["now"])).toMatchObject({ status: 2 });
});
