import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./exec.ts";
import { find, findPin, listPins, tool } from "./tools.ts";

const scratch = mkdtempSync(join(tmpdir(), "schemawatch-tools-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A folder for PATH with a program of that name that says `says`. */
function pathWith(name: string, says: string): string {
  const folder = mkdtempSync(join(scratch, "path-"));
  writeFileSync(join(folder, name), `#!/bin/sh\necho ${says}\n`);
  chmodSync(join(folder, name), 0o755);
  return folder;
}

test("every pin names its version, but for tools whose source is here", () => {
  const pins = new Map(listPins().map((pin) => [pin.name, pin.version]));
  expect(pins.get("kustomize")).toMatch(/^5\.\d+\.\d+$/);
  for (const name of ["kubeconform", "sops", "age", "age-keygen"])
    expect(pins.get(name)).toMatch(/^\d+\.\d+\.\d+$/);
});

test("Go builds a pinned tool once, and it runs", async () => {
  const path = await tool("age");
  expect(await tool("age")).toBe(path);
  expect((await run([path, "--version"])).stdout).toContain(findPin("age").version);
}, 600_000);

test("without Go the same version on PATH serves", async () => {
  const pin = findPin("kustomize");
  const folder = pathWith("kustomize", `v${pin.version}`);
  expect(await find(pin, folder)).toBe(join(folder, "kustomize"));
});

test("without Go another version is refused, with both versions and what to install", async () => {
  const pin = findPin("kubeconform");
  const refusal = find(pin, pathWith("kubeconform", "v0.0.1"));
  await expect(refusal).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`0.0.1, but ${pin.version} is pinned`),
    mend: expect.stringContaining("Install Go"),
  });
});

test("with neither, the error says what to install", async () => {
  await expect(find(findPin("sops"), scratch)).rejects.toMatchObject({
    code: "unavailable",
    mend: expect.stringMatching(/Install Go .*, or put sops \d+\.\d+\.\d+ on PATH/),
  });
});

test("a name that nothing pins is told", () => {
  expect(() => findPin("nonsense")).toThrow("No go.mod below tools/ pins a tool named nonsense");
});
