import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { output, run } from "../../../scripts/lib/exec.ts";
import { tool } from "../../../scripts/lib/tools.ts";

const SCRIPT = join(import.meta.dir, "decrypt.sh");
const PLAIN =
  "database-url: postgres://schemawatch:hidden@postgres/schemawatch\n" +
  "tokens.yaml: |\n  - name: ada\n    role: operator\n";

let folder: string;
let sops: string;
let key: string;
let recipient: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "decrypt-"));
  sops = await tool("sops");
  const keygen = await tool("age-keygen");
  key = join(folder, "age.key");
  await output([keygen, "--output", key]);
  recipient = (await output([keygen, "-y", key])).trim();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function encrypt(name: string, plain: string): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, plain);
  // From its own folder: in this repository sops would follow .sops.yaml.
  await output([sops, "encrypt", "--age", recipient, "--in-place", path], { cwd: folder });
  return path;
}

/** Runs the script as the init container does, with `sops` on PATH. */
async function decrypt(encrypted: string, keyFile = key) {
  const target = mkdtempSync(join(folder, "out-"));
  const env = { PATH: `${dirname(sops)}:${process.env.PATH}`, SOPS_AGE_KEY_FILE: keyFile };
  return { target, ...(await run(["sh", SCRIPT, encrypted, target], { env })) };
}

test("each key becomes a file of its name that this user alone can read, and nothing of it is printed", async () => {
  const { target, status, stdout, stderr } = await decrypt(await encrypt("good.yaml", PLAIN));
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: "secrets: decrypted 2 values\n",
    stderr: "",
  });
  expect(readdirSync(target).sort()).toEqual(["database-url", "tokens.yaml"]);
  expect(readFileSync(join(target, "database-url"), "utf8")).toBe(
    "postgres://schemawatch:hidden@postgres/schemawatch",
  );
  expect(readFileSync(join(target, "tokens.yaml"), "utf8")).toBe("- name: ada\n  role: operator\n");
  expect(statSync(join(target, "tokens.yaml")).mode & 0o777).toBe(0o600);
});

test("another key decrypts nothing and says so", async () => {
  const other = join(folder, "other.key");
  await output([await tool("age-keygen"), "--output", other]);
  const { target, status, stderr } = await decrypt(await encrypt("foreign.yaml", PLAIN), other);
  expect(status).toBe(1);
  expect(stderr).toContain(
    "secrets: database-url cannot be decrypted: the key that this cluster holds is none of",
  );
  expect(readdirSync(target)).toEqual([]);
});

test("a value that was changed in git is refused", async () => {
  const path = await encrypt("changed.yaml", PLAIN);
  const text = readFileSync(path, "utf8");
  const data = /data:([A-Za-z0-9+/]{4})/.exec(text)?.[1] ?? "";
  writeFileSync(path, text.replace(`data:${data}`, `data:${data === "AAAA" ? "BBBB" : "AAAA"}`));
  expect((await decrypt(path)).status).toBe(1);
});

test("plain text is refused, and is not copied", async () => {
  const path = join(folder, "plain.yaml");
  writeFileSync(path, PLAIN);
  const { target, status, stderr } = await decrypt(path);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "secrets: plain.yaml is not encrypted by sops, so it is not taken.\n",
  });
  expect(readdirSync(target)).toEqual([]);
});

test("an environment whose secrets were not made yet says how to make them", async () => {
  const path = join(folder, "marker.yaml");
  writeFileSync(path, "# Not made yet: see docs/deploy.md\n{}\n");
  const { status, stderr } = await decrypt(path);
  expect(status).toBe(1);
  expect(stderr).toContain("scripts/secrets.ts create");
});

test("an init container that is run again puts the new values in place", async () => {
  const target = mkdtempSync(join(folder, "again-"));
  mkdirSync(target, { recursive: true });
  const env = { PATH: `${dirname(sops)}:${process.env.PATH}`, SOPS_AGE_KEY_FILE: key };
  for (const value of ["one", "two"]) {
    const encrypted = await encrypt(`${value}.yaml`, `database-url: ${value}\n`);
    expect((await run(["sh", SCRIPT, encrypted, target], { env })).status).toBe(0);
  }
  expect(readFileSync(join(target, "database-url"), "utf8")).toBe("two");
  expect(readdirSync(target)).toEqual(["database-url"]);
});
