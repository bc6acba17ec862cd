import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lib/exec.ts";
import { ROOT } from "../lib/tools.ts";
import { buildCommand } from "./build.ts";
import { runtimeConfig } from "./bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "schemawatch-image-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script where only what lies in `folder` can be found. */
function script(name: string, ...args: string[]) {
  return run([process.execPath, join(ROOT, "scripts", name), ...args], { env: { PATH: folder } });
}

describe("without an engine that works", () => {
  for (const name of ["image.ts", "image-test.ts"]) {
    test(`${name} says what to install, and what is wrong with those that are there`, async () => {
      const docker = join(folder, "docker");
      writeFileSync(docker, "#!/bin/sh\necho 'no server answers' >&2\nexit 1\n");
      chmodSync(docker, 0o755);
      const { status, stderr } = await script(name);
      expect(status).toBe(2);
      expect(stderr).toContain("docker: no server answers; podman: not installed; buildah: not installed");
      expect(stderr).toContain("Install Docker");
    });
  }

  test("bases of Debian's packages need their tools", async () => {
    const { status, stderr } = await script("image.ts", "--local-bases");
    expect(status).toBe(2);
    expect(stderr).toContain("apt-get install mmdebstrap buildah runc");
  });

  test("an engine that nobody knows is refused", async () => {
    const { status, stderr } = await script("image.ts", "--engine", "rkt");
    expect(status).toBe(2);
    expect(stderr).toContain('"rkt" is no known engine');
  });
});

describe("the build is reproducible", () => {
  const options = { tag: "a:b", epoch: 7, args: { VERSION: "1" }, cache: false } as const;

  test("with docker, by BuildKit's rewriting of times", () => {
    const command = buildCommand({ ...options, engine: "docker" });
    for (const word of ["SOURCE_DATE_EPOCH=7", "type=docker,rewrite-timestamp=true", "--provenance=false"])
      expect(command).toContain(word);
  });

  test("with podman and buildah, by one time for all files, in a format without names of the build", () => {
    for (const engine of ["podman", "buildah"] as const) {
      const text = buildCommand({ ...options, engine }).join(" ");
      expect(text).toContain("--timestamp 7");
      expect(text).toContain("--format oci");
    }
  });
});

describe("the Dockerfile", async () => {
  const text = await Bun.file(join(ROOT, "Dockerfile")).text();
  const final = text.slice(text.lastIndexOf("\nFROM "));

  test("names each base by digest and lets it be replaced", () => {
    const bases = [...text.matchAll(/^ARG (\w+_IMAGE)=(.*)$/gm)];
    expect(bases.map(([, name]) => name)).toEqual(["BUILD_IMAGE", "RUN_IMAGE"]);
    for (const [, , image] of bases) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
    const stages = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(stages).toEqual(["$" + "{BUILD_IMAGE}", "$" + "{RUN_IMAGE}"]);
  });

  test("needs no shell to run, and no root", () => {
    expect(final).not.toMatch(/^RUN /m);
    expect(final).toMatch(/^USER 65532:65532$/m);
    expect(final).toMatch(/^ENTRYPOINT \["/m);
    expect(final).toMatch(/ CMD \["\/usr\/local\/bin\/schemawatch", "healthcheck"\]$/m);
  });
});

test("runc is told to hold the image as a restricted pod is held", () => {
  const image = { User: "65532:65532", Env: ["PORT=8080"], Entrypoint: ["/a"] };
  expect(runtimeConfig(image, "/root-of-it", { ROLE: "web" }, ["migrate"])).toMatchObject({
    process: {
      user: { uid: 65532, gid: 65532 },
      args: ["/a", "migrate"],
      env: ["PORT=8080", "ROLE=web"],
      capabilities: { bounding: [], effective: [] },
      noNewPrivileges: true,
    },
    root: { path: "/root-of-it", readonly: true },
  });
});
