import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { AppError } from "../../service/errors.ts";
import { output, run } from "./exec.ts";
import { type Environment, secretsFile } from "./overlay.ts";
import { scanFile } from "./secret-scan.ts";
import { tool } from "./tools.ts";

/** Where sops itself looks for age keys: https://getsops.io/docs/#encrypting-using-age. */
export function ageKeyFile(env: Readonly<Record<string, string | undefined>>, given?: string): string {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  return resolve(given || env.SOPS_AGE_KEY_FILE || join(config, "sops/age/keys.txt"));
}

/** Whether an environment's secrets were ever made: a file of comments alone stands for none. */
export function isMade(root: string, environment: Environment): boolean {
  const file = join(root, secretsFile(environment));
  return existsSync(file) && /^sops:/m.test(readFileSync(file, "utf8"));
}

/** The names of an environment's secrets, which are plain text; none when they were not made yet. */
export function namesIn(text: string): string[] {
  const names = [...text.matchAll(/^([A-Za-z0-9][A-Za-z0-9._-]*):/gm)].map((match) => match[1] ?? "");
  return names.filter((name) => name !== "sops");
}

/** The public half of an age key file's first key; AppError "invalid" when it holds none. */
export async function recipientOf(keyFile: string): Promise<string> {
  const said = await output([await tool("age-keygen"), "-y", keyFile]);
  return said.trim().split("\n")[0] ?? "";
}

/** Makes an age key, readable by this user alone. Refuses (AppError "conflict") a place inside of the checkout. */
export async function makeAgeKey(root: string, keyFile: string): Promise<void> {
  if (!relative(root, keyFile).startsWith("..")) {
    throw new AppError(
      "conflict",
      `The key file ${relative(root, keyFile)} would be inside of the checkout.`,
      {
        mend: "Name a place outside of it: --key FILE.",
      },
    );
  }
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  await output([await tool("age-keygen"), "-o", keyFile]);
}

/**
 * Encrypts values as an environment's file, for whom .sops.yaml says; plain text is never on disk. Throws AppError
 * "invalid" with sops' words, and "internal" when what sops wrote is not encrypted throughout.
 */
export async function encrypt(
  root: string,
  environment: Environment,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const file = secretsFile(environment);
  const types = ["--input-type", "json", "--output-type", "yaml"];
  const command = [await tool("sops"), "encrypt", "--filename-override", file, ...types];
  const text = await output(command, { cwd: root, input: JSON.stringify(values) });
  const [finding] = scanFile(file, text);
  if (finding !== undefined) throw new AppError("internal", `${file} was not written: ${finding.message}.`);
  writeFileSync(join(root, file), text);
}

/** An environment's values in plain text; AppError "invalid" with sops' words when no key fits. */
export async function decrypt(
  root: string,
  environment: Environment,
  keyFile: string,
): Promise<Record<string, string>> {
  const said = await sops(root, keyFile, ["decrypt", "--output-type", "json", secretsFile(environment)]);
  return JSON.parse(said) as Record<string, string>;
}

/** Sets one value, which is handed over on standard input: arguments can be seen by other users. */
export async function setValue(
  root: string,
  environment: Environment,
  keyFile: string,
  [name, value]: readonly [string, string],
): Promise<void> {
  const command = ["set", "--value-stdin", secretsFile(environment), `["${name}"]`];
  await sops(root, keyFile, command, JSON.stringify(value));
}

/** A new data key, encrypted for whom .sops.yaml now says: every value's text in the file changes. */
export async function rotateKeys(root: string, environment: Environment, keyFile: string): Promise<void> {
  // In this order: a key that .sops.yaml no longer names can still decrypt until the second step.
  await sops(root, keyFile, ["rotate", "--in-place", secretsFile(environment)]);
  await sops(root, keyFile, ["updatekeys", "--yes", secretsFile(environment)]);
}

/** Opens the editor on the values; false when nothing was changed. */
export async function editValues(
  root: string,
  environment: Environment,
  keyFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const child = Bun.spawn([await tool("sops"), "edit", secretsFile(environment)], {
    cwd: root,
    env: { ...env, ...keyEnvironment(keyFile) },
    stdio: ["inherit", "inherit", "inherit"],
  });
  const status = await child.exited;
  // https://github.com/getsops/sops/blob/main/cmd/sops/codes/codes.go: FileHasNotBeenModified.
  if (status === 200) return false;
  if (status === 0) return true;
  throw new AppError("invalid", `sops edit ended with ${status}.`, { mend: "The reason is above." });
}

async function sops(root: string, keyFile: string, args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await run([await tool("sops"), ...args], {
    cwd: root,
    env: keyEnvironment(keyFile),
    ...(input === undefined ? {} : { input }),
  });
  if (status === 0) return stdout;
  throw new AppError("invalid", `sops ${args[0]} ended with ${status}: ${stderr.trim()}`, {
    mend: "The key that decrypts it must be in --key, in SOPS_AGE_KEY_FILE, or reachable in KMS.",
  });
}

function keyEnvironment(keyFile: string): Record<string, string> {
  return existsSync(keyFile) ? { SOPS_AGE_KEY_FILE: keyFile } : {};
}
