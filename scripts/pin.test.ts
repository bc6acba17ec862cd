import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { render } from "./lib/kustomize.ts";
import { runTestScript, type TestCheckout, testCheckout, testDigest } from "./lib/testing.ts";
import { parseReference } from "./pin/reference.ts";
import { pin } from "./pin.ts";

const OLD = testDigest("0");
const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json" });
const DIGEST = `sha256:${new Bun.CryptoHasher("sha256").update(MANIFEST).digest("hex")}`;

/**
 * The read part of the distribution API, written here: anonymous and Basic tokens, tags, and its digest header. It is no real
 * registry; it shows that the client follows the protocol's documents.
 */
let asked: string[] = [];
let lies = false;
const registry = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname, searchParams, host } = new URL(request.url);
    const authorization = request.headers.get("authorization") ?? "";
    asked.push(`${pathname} ${authorization}`);
    if (pathname === "/token") {
      const known = authorization === `Basic ${btoa("ada:secret")}`;
      return Response.json({ token: `${searchParams.get("service")}|${searchParams.get("scope")}|${known}` });
    }
    const [, repository = "", tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname) ?? [];
    const token = `Bearer registry|repository:${repository}:pull|`;
    if (!authorization.startsWith(token)) {
      const challenge = `Bearer realm="http://${host}/token",service="registry",scope="repository:${repository}:pull"`;
      return new Response("{}", { status: 401, headers: { "www-authenticate": challenge } });
    }
    if (repository === "private/it" && authorization !== `${token}true`)
      return new Response("{}", { status: 403 });
    if (tag !== "1.0") return new Response("{}", { status: 404 });
    if (!request.headers.get("accept")?.includes("image.index")) return new Response("one platform");
    return new Response(MANIFEST, { headers: { "docker-content-digest": lies ? OLD : DIGEST } });
  },
});
const HOST = `127.0.0.1:${registry.port}`;

let checkout: TestCheckout;
beforeAll(async () => {
  checkout = await testCheckout([]);
});
beforeEach(() => {
  asked = [];
  lies = false;
});
afterAll(async () => {
  checkout[Symbol.dispose]();
  await registry.stop(true);
});

const run = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  runTestScript(pin, args, { root: checkout.root, env: { HOME: "/nowhere", ...env } });

/** Everything in the checkout that the script looks at. */
async function files(given: Readonly<Record<string, string>>): Promise<void> {
  const none = { "base/kustomization.yaml": "{}\n", "base/pod.yaml": "{}\n", Dockerfile: "FROM scratch\n" };
  await checkout.commit({ "overlays/dev/image/kustomization.yaml": "{}\n", ...none, ...given });
}

describe("a tag that is written beside its image is resolved", () => {
  test("in images of a kustomization, which kustomize then builds by digest", async () => {
    await files({
      "base/kustomization.yaml": `resources: [pod.yaml]
images:
  # A comment that stays.
  - name: ${HOST}/team/app
    newTag: "1.0" # why
  - name: ${HOST}/team/other
    digest: ${OLD}
`,
      "base/pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: a}
spec: {containers: [{name: a, image: "${HOST}/team/app"}]}
`,
    });
    expect(await run()).toMatchObject({ status: 0, err: "" });
    const text = checkout.read("base/kustomization.yaml");
    expect(text).toContain(
      `  # A comment that stays.\n  - name: ${HOST}/team/app\n    digest: ${DIGEST}\n    newTag: "1.0" # why\n`,
    );
    expect(text).toContain(`digest: ${OLD}`);
    expect((await render(join(checkout.root, "base"))).text).toContain(`@${DIGEST}`);
  });

  test("behind image:, FROM and ARG, with what follows on the line", async () => {
    await files({
      "base/pod.yaml": `spec:\n  containers:\n    - image: ${HOST}/a/b:1.0 # why\n    - image: "${HOST}/a/c:1.0@${OLD}"\n`,
      Dockerfile: `ARG RUN_IMAGE=${HOST}/a/b:1.0@${OLD}\nFROM ${HOST}/a/b:1.0 AS build\nFROM build\nFROM \${RUN_IMAGE}\nARG VERSION=1.0.0\n`,
    });
    const { status, out } = await run();
    expect(status).toBe(0);
    expect(out).toContain(`base/pod.yaml: ${HOST}/a/b:1.0 no digest → ${DIGEST}`);
    expect(checkout.read("base/pod.yaml")).toBe(
      `spec:\n  containers:\n    - image: ${HOST}/a/b:1.0@${DIGEST} # why\n    - image: "${HOST}/a/c:1.0@${DIGEST}"\n`,
    );
    expect(checkout.read("Dockerfile")).toBe(
      `ARG RUN_IMAGE=${HOST}/a/b:1.0@${DIGEST}\nFROM ${HOST}/a/b:1.0@${DIGEST} AS build\nFROM build\nFROM \${RUN_IMAGE}\nARG VERSION=1.0.0\n`,
    );
    // Each image once, though it is named thrice.
    expect(asked.filter((line) => line.startsWith("/v2/a/b/") && line.includes("Bearer"))).toHaveLength(1);
  });
});

test("an image that is named on the command line is pinned wherever it is, and no other", async () => {
  await files({
    "overlays/dev/image/kustomization.yaml": `images:\n  - name: ${HOST}/team/app\n    # why\n    digest: ${OLD}\n`,
    Dockerfile: `FROM ${HOST}/team/other:2.0\n`,
  });
  expect(await run([`${HOST}/team/app:1.0`, "--check"])).toMatchObject({ status: 1 });
  expect(checkout.read("overlays/dev/image/kustomization.yaml")).toContain(OLD);
  expect(await run([`${HOST}/team/app:1.0`])).toMatchObject({ status: 0 });
  expect(checkout.read("overlays/dev/image/kustomization.yaml")).toBe(
    `images:\n  - name: ${HOST}/team/app\n    # why\n    digest: ${DIGEST}\n`,
  );
  expect(await run([`${HOST}/team/app:1.0`, "--check"])).toMatchObject({ status: 0 });
  expect(checkout.read("Dockerfile")).toBe(`FROM ${HOST}/team/other:2.0\n`);
});

test("a fork's own name is the one that is asked for", async () => {
  const entry = `images:\n  - name: ghcr.io/schemawatch/schemawatch\n    newName: ${HOST}/fork/app\n    digest: `;
  await files({ "overlays/dev/image/kustomization.yaml": `${entry}${OLD}\n` });
  expect(await run([`${HOST}/fork/app:1.0`])).toMatchObject({ status: 0 });
  expect(checkout.read("overlays/dev/image/kustomization.yaml")).toBe(`${entry}${DIGEST}\n`);
});

test("what docker login left is used, and asked for where it is missing", async () => {
  await files({ Dockerfile: `FROM ${HOST}/private/it:1.0\n` });
  const refused = await run();
  expect(refused).toMatchObject({ status: 1 });
  expect(refused.err).toContain(`docker login ${HOST}`);
  const folder = join(checkout.root, "../docker");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ auths: { [HOST]: { auth: btoa("ada:secret") } } }),
  );
  expect(await run([], { DOCKER_CONFIG: folder })).toMatchObject({ status: 0 });
});

test("when one image cannot be resolved, no file is changed", async () => {
  for (const [image, why] of [
    [`${HOST}/a/b:2.0`, `${HOST} has no a/b:2.0`],
    ["127.0.0.1:1/a/b:1.0", "127.0.0.1:1 cannot be reached"],
  ] as const) {
    await files({ "base/pod.yaml": `- image: ${HOST}/a/b:1.0\n`, Dockerfile: `FROM ${image}\n` });
    const result = await run();
    expect(result.err).toContain(why);
    expect(result.status).toBe(2);
    expect(checkout.read("base/pod.yaml")).toBe(`- image: ${HOST}/a/b:1.0\n`);
  }
});

test("a manifest that is not what the registry says is not taken", async () => {
  lies = true;
  await files({ Dockerfile: `FROM ${HOST}/a/b:1.0\n` });
  expect((await run()).err).toContain(`says ${OLD}, but sent a manifest of ${DIGEST}`);
});

test("releases of others and fixtures are left as they are", async () => {
  const text = `- image: ${HOST}/a/b:1.0\n`;
  await files({ "argocd/install/upstream.yaml": text, "policies/fixtures/fail/tag.yaml": text });
  expect(await run()).toMatchObject({ status: 0, out: "" });
  expect(checkout.read("argocd/install/upstream.yaml")).toBe(text);
});

test("a name that no file has, and an image without a tag, are wrong usage", async () => {
  await files({});
  expect(await run([`${HOST}/a/b:1.0`])).toMatchObject({ status: 2 });
  expect(await run(["postgres"])).toMatchObject({ status: 2 });
});

test("names are read as docker reads them", () => {
  const hub = "registry-1.docker.io";
  expect(parseReference("postgres:18")).toMatchObject({
    registry: hub,
    repository: "library/postgres",
    tag: "18",
  });
  expect(parseReference("docker.io/library/postgres:18")).toMatchObject({
    registry: hub,
    repository: "library/postgres",
  });
  expect(parseReference("alpine/git:v2")).toMatchObject({ registry: hub, repository: "alpine/git" });
  expect(parseReference(`ghcr.io/getsops/sops:v3@${OLD}`)).toMatchObject({ registry: "ghcr.io", tag: "v3" });
  expect(parseReference("localhost:5000/a:1")).toMatchObject({ registry: "localhost:5000", repository: "a" });
});
