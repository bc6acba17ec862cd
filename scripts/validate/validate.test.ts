import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, run } from "../lib/exec.ts";
import { ROOT } from "../lib/tools.ts";
import { RULES } from "./finding.ts";
import type { Report } from "./run.ts";

const SCRIPT = join(ROOT, "scripts/validate.ts");
/** The first call on a machine builds the tools: 4 minutes on 2 busy cores. */
const COLD = 900_000;

test(
  "nothing is found in this repository, and no object was skipped",
  async () => {
    const { status, stdout, stderr } = await run([process.execPath, SCRIPT, "--json"], { timeoutMs: COLD });
    expect(stderr).toBe("");
    const { findings, counts } = JSON.parse(stdout) as Report;
    expect(findings).toEqual([]);
    expect(status).toBe(0);
    const targets = counts.map(({ target }) => target);
    for (const overlay of ["dev", "staging", "prod"]) expect(targets).toContain(`overlays/${overlay}`);
    for (const { target, objects, valid } of counts) {
      expect(objects, target).toBeGreaterThan(0);
      expect(valid, target).toBe(objects);
    }
  },
  COLD,
);

test("a finding is status 1, and names the rule, the place and the mend", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-finding-"));
  try {
    for (const tree of ["valid", "overlay-file"]) {
      cpSync(join(import.meta.dir, "fixtures", tree), scratch, { recursive: true });
    }
    await output(["git", "init", "--quiet"], { cwd: scratch });
    const { status, stdout } = await run([process.execPath, SCRIPT, scratch]);
    expect(status).toBe(1);
    expect(stdout).toContain("overlays/dev/notes.txt\n  overlay-file: ");
    expect(stdout).toContain("an overlay holds differences only");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test("without Go and without the tools it cannot be checked, which is status 2 with what to install", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "schemawatch-path-"));
  try {
    symlinkSync(Bun.which("git") ?? "", join(scratch, "git"));
    const tree = join(import.meta.dir, "fixtures/valid");
    const { status, stderr } = await run([process.execPath, SCRIPT, tree], { env: { PATH: scratch } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^validate: Neither Go nor kustomize .* Install Go 1\.26 or newer/);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test("--help lists every rule, and an unknown flag is wrong usage", async () => {
  const help = await run([process.execPath, SCRIPT, "--help"]);
  expect(help.status).toBe(0);
  for (const rule of Object.keys(RULES)) expect(help.stdout).toContain(rule);
  expect((await run([process.execPath, SCRIPT, "--nonsense"])).status).toBe(2);
});
