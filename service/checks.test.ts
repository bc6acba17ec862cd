import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a tool of the lock file on the whole repository; returns its exit status and what it said. */
async function tool(...command: string[]) {
  const child = Bun.spawn(["bun", "x", "--no-install", ...command], {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, said: out + err };
}

test("Biome finds nothing to format or to mend", async () => {
  const { status, said } = await tool("biome", "ci", "--colors=off", ".");
  expect(said, said).not.toContain("Found");
  expect(status).toBe(0);
}, 60_000);

test("the types are sound", async () => {
  const { status, said } = await tool("tsc", "--noEmit", "--pretty", "false");
  expect(said).toBe("");
  expect(status).toBe(0);
}, 180_000);
