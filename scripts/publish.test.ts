import { expect, test } from "bun:test";
import { join } from "node:path";
import { run } from "./lib/exec.ts";
import { ROOT } from "./lib/tools.ts";

const SCRIPT = join(ROOT, "scripts/publish.ts");

test("the list of parts is written without a container engine, a registry or cosign", async () => {
  const { status, stdout } = await run([process.execPath, SCRIPT, "--sbom-only"], {
    env: { PATH: "/nowhere" },
  });
  expect(stdout).toBe("Wrote dist/sbom.cdx.json.\n");
  expect(status).toBe(0);
  expect(await Bun.file(join(ROOT, "dist/sbom.cdx.json")).json()).toMatchObject({ specVersion: "1.6" });
});

test("without an engine nothing is pushed, and what to install is said", async () => {
  const { status, stderr } = await run([process.execPath, SCRIPT], { env: { PATH: "/nowhere" } });
  expect(status).toBe(2);
  expect(stderr).toContain("Install Docker");
});
