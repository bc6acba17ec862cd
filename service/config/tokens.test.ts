import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { TokenFile } from "./token-file.ts";
import { addToken, hashOf, listTokens, loadTokens, removeToken } from "./tokens.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "schemawatch-tokens-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a token is given once and kept as its hash, in a file of its owner", async () => {
  const path = join(folder, "tokens.yaml");
  const secret = await addToken(path, "ann", "operator");
  await addToken(path, "bob@example", "viewer");
  expect(secret).toMatch(/^sw_[A-Za-z0-9_-]{43}$/);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, "utf8")).not.toContain(secret);
  expect(await listTokens(path)).toMatchObject([
    { name: "ann", role: "operator", hash: hashOf(secret) },
    { name: "bob@example", role: "viewer" },
  ]);
  await removeToken(path, "ann");
  expect((await listTokens(path)).map((token) => token.name)).toEqual(["bob@example"]);
  await removeToken(path, "bob@example");
  expect(await listTokens(path)).toEqual([]);
  expect(await readdir(folder)).toEqual(["tokens.yaml"]);
});

test("what cannot be is refused, and the file stays", async () => {
  const path = join(folder, "kept.yaml");
  await addToken(path, "ann", "viewer");
  const before = await readFile(path, "utf8");
  await expect(addToken(path, "ann", "viewer")).rejects.toMatchObject({ code: "conflict" });
  await expect(addToken(path, "a b", "viewer")).rejects.toMatchObject({ code: "invalid" });
  await expect(removeToken(path, "eve")).rejects.toMatchObject({ code: "not_found" });
  expect(await readFile(path, "utf8")).toBe(before);
  await expect(loadTokens(join(folder, "none.yaml"))).rejects.toMatchObject({ code: "invalid" });
  await expect(addToken(join(folder, "no", "t.yaml"), "ann", "viewer")).rejects.toMatchObject({
    code: "invalid",
  });
});

test("a faulty file is refused with the entry that is wrong", async () => {
  const path = join(folder, "faulty.yaml");
  const right = { name: "a", role: "viewer", hash: "0".repeat(64), created: "2026-01-01" };
  const faults: [unknown, string][] = [
    [{ a: 1 }, "is not a list"],
    [["x"], "token 1 is not a mapping"],
    [[right, { ...right, name: "b", role: "admin" }], "token 2 has a role"],
    [[{ ...right, hash: "abc" }], "token 1 has no SHA-256"],
    [[{ ...right, token: "secret" }], 'unknown key "token"'],
    [[right, right], 'two tokens named "a"'],
  ];
  for (const [content, words] of faults) {
    await writeFile(path, JSON.stringify(content), { mode: 0o600 });
    await expect(loadTokens(path)).rejects.toThrow(words);
  }
  await writeFile(path, JSON.stringify([right]));
  await chmod(path, 0o622);
  await expect(loadTokens(path)).rejects.toThrow("written by others");
});

test("a running service follows the file, and lets nobody in while it is faulty", async () => {
  const path = join(folder, "followed.yaml");
  const ann = hashOf(await addToken(path, "ann", "operator"));
  let now = 0;
  const file = new TokenFile(path, { ...systemClock, monotonic: () => now });
  expect(await file.find(ann)).toMatchObject({ name: "ann" });
  await removeToken(path, "ann");
  const bob = hashOf(await addToken(path, "bob", "viewer"));
  now += 1000;
  expect(await file.find(ann)).toBeNull();
  expect(await file.find(bob)).toMatchObject({ role: "viewer" });
  await writeFile(path, "- nonsense");
  now += 1000;
  await expect(file.find(bob)).rejects.toMatchObject({ code: "unavailable" });
  await rm(path);
  await addToken(path, "eve", "viewer");
  now += 1000;
  expect(await file.find(bob)).toBeNull();
});
