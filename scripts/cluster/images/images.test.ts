import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../lib/tools.ts";
import { hashOfFiles, stage } from "./content.ts";
import { RECIPES } from "./recipes.ts";

const folder = mkdtempSync(join(tmpdir(), "schemawatch-images-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("files lie in the image as they are described", () => {
  const source = join(folder, "source");
  writeFileSync(source, "program");
  stage(join(folder, "root"), {
    "/usr/local/bin/one": { copy: source, mode: 0o755 },
    "/usr/local/bin/other": { link: "one" },
    "/etc/text": { text: "said" },
  });
  expect(readFileSync(join(folder, "root/usr/local/bin/one"), "utf8")).toBe("program");
  expect(statSync(join(folder, "root/usr/local/bin/one")).mode & 0o777).toBe(0o755);
  expect(readlinkSync(join(folder, "root/usr/local/bin/other"))).toBe("one");
  expect(readFileSync(join(folder, "root/etc/text"), "utf8")).toBe("said");
  expect(statSync(join(folder, "root/etc/text")).mode & 0o777).toBe(0o644);
});

test("an image is made anew when a path, a content or a mode changes, and only then", async () => {
  const source = join(folder, "content");
  const key = (path: string, content: string, mode: number) => {
    writeFileSync(source, content);
    return hashOfFiles({ [path]: { copy: source, mode } });
  };
  const first = await key("/a", "one", 0o755);
  expect(await key("/a", "one", 0o755)).toBe(first);
  const others = [
    await key("/b", "one", 0o755),
    await key("/a", "two", 0o755),
    await key("/a", "one", 0o644),
  ];
  expect(new Set([first, ...others]).size).toBe(4);
});

test.each([
  "argocd/install",
  "base/components/postgres",
  "base/components/secrets",
  "base/components/config-from-git",
])("each image of others that %s names is found in the cluster's registry", (where) => {
  const { images } = parse(readFileSync(join(ROOT, where, "kustomization.yaml"), "utf8")) as {
    images: readonly { name: string }[];
  };
  const repositories = Object.values(RECIPES).map(({ repository }) => repository);
  expect(images.length).toBeGreaterThan(0);
  // A pull by digest asks the registry for the name without its host.
  for (const { name } of images) expect(repositories).toContain(name.slice(name.indexOf("/") + 1));
});
