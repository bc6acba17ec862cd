import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../lib/exec.ts";
import { ROOT, tool } from "../lib/tools.ts";
import { RULES } from "./finding.ts";
import { validate } from "./run.ts";

const FIXTURES = join(import.meta.dir, "fixtures");
const scratch = mkdtempSync(join(tmpdir(), "schemawatch-fixtures-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Cold, a build takes minutes. */
beforeAll(async () => {
  for (const name of ["kustomize", "kubeconform", "policy"]) await tool(name);
}, 900_000);

/** The valid tree with a fixture's files laid over it, as a git repository of its own. */
async function treeOf(fixture: string): Promise<string> {
  const root = join(scratch, fixture);
  cpSync(join(FIXTURES, "valid"), root, { recursive: true });
  cpSync(join(FIXTURES, fixture), root, { recursive: true });
  await output(["git", "init", "--quiet"], { cwd: root });
  return root;
}

test("nothing is found in a valid tree, and every object of it was checked", async () => {
  const { findings, counts } = await validate(await treeOf("valid"));
  expect(findings).toEqual([]);
  const targets = counts.map(({ target }) => target);
  expect(targets).toEqual(["overlays/dev", "policies", "base with postgres"]);
  for (const { valid, objects } of counts) expect(valid).toBe(objects);
});

test("CI's configuration is judged by CircleCI's schema", async () => {
  const root = await treeOf("valid");
  cpSync(join(ROOT, ".circleci"), join(root, ".circleci"), { recursive: true });
  cpSync(join(ROOT, "Makefile"), join(root, "Makefile"));
  expect((await validate(root)).findings).toEqual([]);
  const file = join(root, ".circleci/config.yml");
  writeFileSync(file, readFileSync(file, "utf8").replace("    machine:", "    masheen:"));
  expect((await validate(root)).findings).toMatchObject([
    { rule: "schema", where: ".circleci/config.yml: CircleCi/config" },
  ]);
});

describe("each rule fires on its fixture, and no other does", () => {
  for (const rule of Object.keys(RULES)) {
    test(rule, async () => {
      expect(existsSync(join(FIXTURES, rule)), `scripts/validate/fixtures/${rule} is missing`).toBe(true);
      const { findings } = await validate(await treeOf(rule));
      expect(new Set(findings.map((finding) => finding.rule) as string[])).toEqual(new Set([rule]));
    });
  }
});
