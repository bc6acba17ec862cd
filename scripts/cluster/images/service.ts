import { join } from "node:path";
import { output } from "../../lib/exec.ts";
import { ROOT } from "../../lib/tools.ts";
import { hashOfFiles } from "./content.ts";
import type { ImageStorage } from "./storage.ts";

/** What the Dockerfile reads, and what makes its two bases here. */
const SOURCES = [
  ...["Dockerfile", ".dockerignore", "package.json", "bun.lock", "bunfig.toml", "service"],
  ...["tools/bun/package.json", "tools/bun/package-lock.json", "scripts/build.ts", "scripts/pack.ts"],
  ...["scripts/image.ts", "scripts/image"],
];

/** Two Debian roots, an installation from npm and a build, on two busy cores. */
const BUILD_MS = 20 * 60_000;

/** Says which program this is: equal for two checkouts that would give the same image but for their labels. */
export async function serviceKey(): Promise<string> {
  const listed = await output(["git", "ls-files", "-z", "--", ...SOURCES], { cwd: ROOT });
  const paths = listed.split("\0").filter((path) => path !== "" && !path.endsWith(".test.ts"));
  return hashOfFiles(Object.fromEntries(paths.map((path) => [`/${path}`, { copy: join(ROOT, path) }])));
}

/** Builds the service's image by `make image`'s own script and the repository's Dockerfile, upon Debian's packages. */
export async function buildService(storage: ImageStorage, key: string): Promise<string> {
  const tag = `localhost/schemawatch:${key.slice(0, 16)}`;
  if (await storage.has(tag)) return tag;
  await output([process.execPath, join(ROOT, "scripts/image.ts"), "--local-bases", "--tag", tag, "--json"], {
    cwd: ROOT,
    env: storage.env,
    timeoutMs: BUILD_MS,
  });
  return tag;
}
