import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { loadTokens } from "../service/config/tokens.ts";
import { output } from "./lib/exec.ts";
import { git } from "./lib/git.ts";
import { render } from "./lib/kustomize.ts";
import { decrypt, recipientOf } from "./lib/sops.ts";
import { runTestScript, type TestCheckout, testCheckout } from "./lib/testing.ts";
import { tool } from "./lib/tools.ts";
import { firstToken, makeUp, parseValues } from "./secrets/values.ts";
import { secrets } from "./secrets.ts";

const DEV = "overlays/dev/secrets.enc.yaml";
const NAMES = ["postgres-password", "database-url", "shop-url", "tokens.yaml"];

/** As in the repository before anyone made a secret, whatever this checkout's own state. */
const SOPS_YAML = `creation_rules:
  - path_regex: ^overlays/dev/secrets\\.enc\\.yaml$
    age: DEV_RECIPIENT_NOT_MADE_YET
  - path_regex: ^overlays/staging/secrets\\.enc\\.yaml$
    kms: arn:aws:kms:eu-central-1:000000000000:alias/schemawatch-staging
`;

// Real tools, started dozens of times; on a busy machine one rendering takes seconds.
setDefaultTimeout(120_000);

let checkout: TestCheckout;
let key: string;
let start: string;
beforeAll(async () => {
  checkout = await testCheckout(["base", "overlays"]);
  start = await checkout.commit({
    ".sops.yaml": SOPS_YAML,
    [DEV]: "# Not made yet.\n{}\n",
    "overlays/staging/secrets.enc.yaml": "{}\n",
  });
  key = join(checkout.root, "../keys/age.key");
});
beforeEach(async () => {
  await git(checkout.root, ["reset", "--quiet", "--hard", start]);
  await git(checkout.root, ["clean", "--quiet", "--force"]);
  rmSync(join(checkout.root, "../keys"), { recursive: true, force: true });
});
afterAll(() => checkout[Symbol.dispose]());

const run = (args: readonly string[], input = "", env: Record<string, string> = {}) =>
  runTestScript(secrets, args, {
    root: checkout.root,
    env: { ...process.env, SOPS_AGE_KEY_FILE: key, ...env },
    readInput: () => Promise.resolve(input),
  });
const values = () => decrypt(checkout.root, "dev", key);

/** Makes dev's secrets, which must work. */
async function created(input = "{}"): Promise<void> {
  expect(await run(["create", "dev", "--from", "-"], input)).toMatchObject({ status: 0 });
}

describe("create", () => {
  test("makes dev's key outside of git, names its public half, and encrypts all that dev needs", async () => {
    const result = await run(["create", "dev"]);
    expect(result).toMatchObject({ status: 0 });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(checkout.read(".sops.yaml")).toContain(`age: ${await recipientOf(key)}\n`);
    const made = await values();
    expect(Object.keys(made)).toEqual(NAMES);
    expect(made["database-url"]).toMatch(/^postgres:\/\/schemawatch:[\w-]{32}@postgres\/schemawatch$/);
    expect(made["shop-url"]).toMatch(/^postgres:\/\/shop:[\w-]{32}@postgres\/shop$/);
    for (const value of Object.values(made)) expect(checkout.read(DEV)).not.toContain(value);
    const [token = ""] = /sw_\S+/.exec(result.out) ?? [];
    expect(token).not.toBe("");
    expect(made["tokens.yaml"]).not.toContain(token);
    expect(await run(["check", "dev"])).toMatchObject({ status: 0 });
  });

  test("takes what is handed over, and uses a key that is there", async () => {
    await created();
    const recipient = await recipientOf(key);
    await checkout.commit({ [DEV]: "{}\n", ".sops.yaml": SOPS_YAML });
    const url = "postgres://shop:given@elsewhere/shop";
    expect(await run(["create", "dev", "--from", "-"], `shop-url: ${url}\nwebhook: abc\n`)).toMatchObject({
      status: 0,
    });
    expect(await values()).toMatchObject({ "shop-url": url, webhook: "abc" });
    expect(checkout.read(".sops.yaml")).toContain(recipient);
  });

  test("writes what the pods' own script decrypts and the service reads", async () => {
    await created();
    const folder = join(checkout.root, "../keys/decrypted");
    mkdirSync(folder);
    const script = join(checkout.root, "base/components/secrets/decrypt.sh");
    const path = `${dirname(await tool("sops"))}:${process.env.PATH}`;
    await output(["sh", script, join(checkout.root, DEV), folder], {
      env: { PATH: path, SOPS_AGE_KEY_FILE: key },
    });
    for (const [name, value] of Object.entries(await values())) {
      expect(await Bun.file(join(folder, name)).text()).toBe(value);
    }
    expect(await loadTokens(join(folder, "tokens.yaml"))).toMatchObject([
      { name: "admin", role: "operator" },
    ]);
  });

  test("refuses an environment that has secrets, encrypted or not", async () => {
    await created();
    const before = checkout.read(DEV);
    const again = await run(["create", "dev"]);
    expect(again).toMatchObject({ status: 1 });
    expect(again.err).toContain("is there already");
    expect(checkout.read(DEV)).toBe(before);
    checkout.write(DEV, "database-url: plain\n");
    expect(await run(["create", "dev"])).toMatchObject({ status: 1 });
  });

  test("asks for what it cannot make up, by name", async () => {
    const result = await run(["create", "staging"]);
    expect(result).toMatchObject({ status: 1 });
    expect(result.err).toContain("staging needs database-url, orders-url, which cannot be made up");
  });

  test("of an environment with a managed database takes its URLs, and makes no key", async () => {
    await created();
    const rules = checkout.read(".sops.yaml").replace(/kms: .*/, `age: ${await recipientOf(key)}`);
    checkout.write(".sops.yaml", rules);
    const given = "database-url: postgres://schemawatch:a@postgres/s\norders-url: postgres://b:c@orders/o\n";
    const { status, out } = await run(["create", "staging", "--from", "-"], given);
    expect(status).toBe(0);
    expect(out).toMatch(/\bsw_/);
    expect(Object.keys(await decrypt(checkout.root, "staging", key))).toEqual([
      "database-url",
      "orders-url",
      "tokens.yaml",
    ]);
    const refused = await run(["rotate", "staging", "--passwords"]);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.err).toContain("staging has no PostgreSQL of its own");
    expect(await run(["rotate", "staging"])).toMatchObject({ status: 0 });
  });

  test("refuses plain text inside of the checkout, and a key there", async () => {
    const plain = join(checkout.root, "plain.yaml");
    writeFileSync(plain, "database-url: x\n");
    const result = await run(["create", "dev", "--from", plain]);
    expect(result).toMatchObject({ status: 1 });
    expect(result.err).toContain("is plain text inside of the checkout");
    const inside = join(checkout.root, "age.key");
    const withKey = await run(["create", "dev", "--key", inside]);
    expect(withKey).toMatchObject({ status: 1 });
    expect(withKey.err).toContain("age.key would be inside of the checkout");
    expect(existsSync(inside)).toBe(false);
    expect(checkout.read(DEV)).toContain("Not made yet");
  });
});

describe("edit", () => {
  test("with a name takes one value from standard input", async () => {
    await created();
    const before = await values();
    expect(await run(["edit", "dev", "shop-url"], 'a "quoted"\nvalue\n')).toMatchObject({ status: 0 });
    expect(await values()).toEqual({ ...before, "shop-url": 'a "quoted"\nvalue' });
    expect(await run(["check", "dev"])).toMatchObject({ status: 0 });
  });

  test("without a name opens the editor", async () => {
    await created();
    const bin = join(checkout.root, "../bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "editor"), '#!/bin/sh\nsed -i "s/^shop-url:.*/shop-url: typed/" "$1"\n');
    chmodSync(join(bin, "editor"), 0o755);
    const edited = await run(["edit", "dev"], "", { EDITOR: join(bin, "editor") });
    expect(edited).toMatchObject({ status: 0, out: `${DEV} is changed. Commit it.` });
    expect(await values()).toMatchObject({ "shop-url": "typed" });
    expect(await run(["edit", "dev"], "", { EDITOR: "true" })).toMatchObject({
      status: 0,
      out: `${DEV} is as it was.`,
    });
  });

  test("refuses plain text, names that are none, and another key", async () => {
    expect(await run(["edit", "dev", "shop-url"], "x")).toMatchObject({ status: 1 });
    await created();
    expect(await run(["edit", "dev", "../shop"], "x")).toMatchObject({ status: 2 });
    expect(await run(["edit", "dev", "shop-url"], "")).toMatchObject({ status: 2 });
    const before = checkout.read(DEV);
    const other = join(checkout.root, "../other.key");
    const wrong = await run(["edit", "dev", "shop-url", "--key", other], "x", {
      SOPS_AGE_KEY_FILE: other,
      HOME: "/",
    });
    expect(wrong).toMatchObject({ status: 2 });
    expect(checkout.read(DEV)).toBe(before);
  });
});

describe("rotate", () => {
  /** The name of the ConfigMap that ships the secrets, and whether the web pods refer to it. */
  async function shipped(): Promise<string> {
    const { objects } = await render(join(checkout.root, "overlays/dev"));
    const name =
      objects.find(({ metadata }) => metadata.name.startsWith("encrypted-secrets-"))?.metadata.name ?? "none";
    const web = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "web");
    expect(JSON.stringify(web)).toContain(`"${name}"`);
    return name;
  }

  test("keeps the values, changes what is shipped, and so replaces the pods", async () => {
    await created();
    const before = { values: await values(), name: await shipped() };
    expect(await run(["rotate", "dev"])).toMatchObject({ status: 0, err: "" });
    expect(await values()).toEqual(before.values);
    expect(await shipped()).not.toBe(before.name);
  });

  test("follows .sops.yaml to new recipients: the old key no longer fits", async () => {
    await created();
    const before = await values();
    const old = await recipientOf(key);
    const next = join(checkout.root, "../keys/next.key");
    const other = await testCheckout(["base", "overlays"]);
    await other.commit({ ".sops.yaml": SOPS_YAML, [DEV]: "{}\n" });
    await runTestScript(secrets, ["create", "dev", "--key", next], { root: other.root });
    other[Symbol.dispose]();
    checkout.write(".sops.yaml", checkout.read(".sops.yaml").replace(old, await recipientOf(next)));
    expect(await run(["rotate", "dev"])).toMatchObject({ status: 0 });
    expect(await decrypt(checkout.root, "dev", next)).toEqual(before);
    await expect(values()).rejects.toThrow("sops decrypt ended with");
  });

  test("--passwords makes up what belongs to the environment's own PostgreSQL, and nothing else", async () => {
    await created("shop-url: postgres://shop:given@elsewhere/shop\n");
    const before = await values();
    const { out } = await run(["rotate", "dev", "--passwords"]);
    expect(out).toContain("new values of postgres-password, database-url, and a new data key");
    const after = await values();
    for (const name of ["postgres-password", "database-url"])
      expect(after[name]).not.toBe(before[name] ?? "");
    for (const name of ["shop-url", "tokens.yaml"]) expect(after[name]).toBe(before[name] ?? "");
  });

  test("refuses plain text and what is not made", async () => {
    expect(await run(["rotate", "dev"])).toMatchObject({ status: 1 });
    checkout.write(DEV, "database-url: plain\n");
    expect(await run(["rotate", "dev"])).toMatchObject({ status: 1 });
  });
});

describe("check", () => {
  test("finds a plain value anywhere in git and never repeats it", async () => {
    await created();
    expect(await run(["check"])).toMatchObject({ status: 0 });
    const plain = "hunter2".repeat(3);
    await checkout.commit({ "overlays/dev/extra.yaml": `database:\n  password: ${plain}\n` });
    const { status, out } = await run(["check", "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject([{ where: "overlays/dev/extra.yaml:2" }]);
    expect(out).not.toContain(plain);
  });

  test("finds a value that was added to an encrypted file by hand, and an age key", async () => {
    await created();
    const encrypted = checkout.read(DEV);
    checkout.write(DEV, `extra: plain\n${encrypted}`);
    const added = await run(["check"]);
    expect(added).toMatchObject({ status: 1 });
    expect(added.out).toContain(DEV);
    checkout.write(DEV, encrypted);
    checkout.write("age.txt", await Bun.file(key).text());
    const leaked = await run(["check"]);
    expect(leaked).toMatchObject({ status: 1 });
    expect(leaked.out).toContain("age.txt:3: it looks like an age key");
  });

  test("with an environment finds what it needs and has not", async () => {
    const { status, out } = await run(["check", "dev"]);
    expect(status).toBe(1);
    for (const name of NAMES) expect(out).toContain(`${DEV}: it has no ${name}`);
  });
});

test("wrong usage is named", async () => {
  for (const args of [
    [],
    ["burn", "dev"],
    ["create"],
    ["create", "qa"],
    ["create", "dev", "more"],
    ["check", "--loud"],
  ]) {
    expect(await run(args)).toMatchObject({ status: 2 });
  }
});

test("values that are no texts are refused without repeating them", () => {
  for (const text of ["- a", "name: 7", "name: {a: b}", "sops: x", "a/b: x", "a: 'hunter2", "just words"]) {
    expect(() => parseValues(text)).toThrow();
    try {
      parseValues(text);
    } catch (error) {
      expect(String(error)).not.toContain("hunter2");
    }
  }
});

test("nothing is made up for a server that is not ours, and a token's file has its hash only", async () => {
  expect(makeUp({ names: ["database-url", "tokens.yaml"], ownPostgres: false })).toEqual({});
  const { token, file } = await firstToken();
  expect(parse(file)).toBeTruthy();
  expect(file).not.toContain(token);
});
