import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/tools.ts";
import { listParts, toSbom } from "./sbom.ts";

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

test("the list has every dependency at its pinned version, what those need, Bun and the base", () => {
  const parts = new Map(listParts(ROOT).map((part) => [part.name, part]));
  for (const [name, version] of Object.entries(dependencies))
    expect(parts.get(name)?.version, name).toBe(version);
  expect(parts.get("memoirist")?.purl).toMatch(/^pkg:npm\/memoirist@\d/);
  expect(parts.get("bun")?.version).toMatch(/^\d/);
  expect([...parts.values()].filter((part) => part.type === "container")).toHaveLength(1);
  for (const part of parts.values()) {
    if (part.type === "library") expect(part.hashes?.[0]?.content, part.name).toMatch(/^[0-9a-f]{128}$/);
  }
});

test("what only builds and tests it is not in the list", () => {
  const names = listParts(ROOT).map((part) => part.name);
  for (const name of ["@biomejs/biome", "playwright-core", "axe-core"]) {
    expect(devDependencies[name]).toBeDefined();
    expect(names).not.toContain(name);
  }
});

test("the same parts give the same document", () => {
  const document = toSbom(listParts(ROOT));
  expect(toSbom(listParts(ROOT))).toBe(document);
  expect(JSON.parse(document)).toMatchObject({
    bomFormat: "CycloneDX",
    metadata: { component: { name: "schemawatch" } },
  });
});
