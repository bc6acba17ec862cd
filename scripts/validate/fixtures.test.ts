import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../lib/exec.ts";
import { RULES } from "./finding.ts";
import { validate } from "./run.ts";

const FIXTURES = join(import.meta.dir, "fixtures");
const scratch = mkdtempSync(join(tmpdir(), "schemawatch-fixtures-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

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

describe("each rule fires on its fixture, and no other does", () => {
  for (const rule of Object.keys(RULES)) {
    test(rule, async () => {
      expect(existsSync(join(FIXTURES, rule)), `scripts/validate/fixtures/${rule} is missing`).toBe(true);
      const { findings } = await validate(await treeOf(rule));
      expect(new Set(findings.map((finding) => finding.rule) as string[])).toEqual(new Set([rule]));
    });
  }
});
