import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "./exec.ts";
import { scanFile, scanSecrets } from "./secret-scan.ts";
import { tool } from "./tools.ts";

const scratch = mkdtempSync(join(tmpdir(), "schemawatch-secrets-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const word = (length: number) => "Ab1".repeat(length).slice(0, length);

/** Put together here, so that no file of the repository holds one. */
const SECRETS: Readonly<Record<string, string>> = {
  "a private key": `-----BEGIN EC PRIVATE ${"KEY-----"}\n${word(40)}`,
  "an age key": `AGE-SECRET-${"KEY-1"}${word(58).toUpperCase()}`,
  "an AWS access key": `AKIA${word(16).toUpperCase()}`,
  "a GitHub token": `ghp_${word(36)}`,
  "a GitLab token": `glpat-${word(20)}`,
  "a Slack token": `xoxb-${word(20)}`,
  "a Slack webhook": `https://hooks.slack.com/services/T0/B0/${word(24)}`,
  "a Google API key": `AIza${word(35)}`,
  "a Stripe key": `sk_live_${word(24)}`,
  "an access token of Schemawatch": `sw_${word(43)}`,
  "a signed web token": `eyJ${word(20)}.eyJ${word(20)}.${word(20)}`,
};

describe("each shape of a secret is found in any file", () => {
  for (const [what, secret] of Object.entries(SECRETS)) {
    test(what, () => {
      const [finding] = scanFile("service/any.ts", `const it = "${secret}";\n`);
      expect(finding).toMatchObject({
        rule: "secret-value",
        where: "service/any.ts:1",
        message: `it looks like ${what}`,
      });
      expect(JSON.stringify(finding)).not.toContain(word(10));
    });
  }
});

test("in settings, what its name calls a secret is one", () => {
  for (const line of [
    "password: hunter2x",
    "  - apiKey: abcdef",
    "DB_PASSWORD=hunter2x",
    "x: postgres://a:b1c2@db/x",
  ]) {
    expect(scanFile("base/any.yaml", line), line).toHaveLength(1);
    expect(scanFile("scripts/any.ts", line), line).toEqual([]);
  }
});

test("what only says where a secret is, or stands for one, is none", () => {
  const lines = [
    "passwordFile: /run/secrets/password",
    "secretName: sops-age",
    "automountServiceAccountToken: false",
    "password: $" + "{PASSWORD}",
    "token: <your token>",
    "database-url: postgres://schemawatch:PASSWORD@postgres/schemawatch",
    "password: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]",
  ];
  expect(lines.flatMap((line) => scanFile("base/any.yaml", line))).toEqual([]);
});

test("a secretGenerator and a Secret with stringData are found", () => {
  for (const text of ["secretGenerator:\n  - name: x\n", "kind: Secret\nstringData:\n  a: b\n"]) {
    expect(scanFile("base/any.yaml", text)).toMatchObject([{ rule: "secret-object" }]);
  }
  expect(scanFile("base/any.yaml", "kind: Secret\nmetadata:\n  name: empty\n")).toEqual([]);
});

test("what sops encrypted passes; one plain value, a lost checksum or partial encryption does not", async () => {
  const identity = await output([await tool("age-keygen")]);
  const recipient = /public key: (\S+)/.exec(identity)?.[1] ?? "";
  const plain = join(scratch, "plain.yaml");
  writeFileSync(plain, "url: postgres://a:made-up@db/x\nlist: [1, true]\n");
  const encrypt = [await tool("sops"), "--config", "/dev/null", "encrypt", "--age", recipient];
  const text = await output([...encrypt, plain]);

  expect(scanFile("overlays/dev/secrets.enc.yaml", text)).toEqual([]);
  const broken = [text.replace(/^url: .*$/m, "url: made-up"), text.replace(/^ +mac: .*$/m, "")];
  broken.push(await output([...encrypt, "--encrypted-regex", "^list$", plain]), readFileSync(plain, "utf8"));
  for (const each of broken) {
    const rules = scanFile("overlays/dev/secrets.enc.yaml", each).map((finding) => finding.rule);
    expect(rules, each).toContain("sops-file");
  }
}, 600_000);

test("files that git ignores are not looked at; those that it would add are", async () => {
  const root = mkdtempSync(join(scratch, "git-"));
  await output(["git", "init", "--quiet"], { cwd: root });
  writeFileSync(join(root, ".gitignore"), "ignored.txt\n");
  for (const file of ["ignored.txt", "added.txt"])
    writeFileSync(join(root, file), `${SECRETS["a GitHub token"]}\n`);
  expect(await scanSecrets(root)).toMatchObject([{ where: "added.txt:1" }]);
});
