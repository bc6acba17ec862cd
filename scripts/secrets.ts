import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { AppError } from "../service/errors.ts";
import { EXIT } from "./lib/cli.ts";
import { git } from "./lib/git.ts";
import { type Environment, readEnvironment, secretsFile } from "./lib/overlay.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";
import { scanSecrets } from "./lib/secret-scan.ts";
import {
  ageKeyFile,
  decrypt,
  editValues,
  encrypt,
  isMade,
  makeAgeKey,
  namesIn,
  recipientOf,
  rotateKeys,
  setValue,
} from "./lib/sops.ts";
import { firstToken, makeUp, parseValues, readNeeds, refuseName } from "./secrets/values.ts";

const OPTIONS = {
  from: { type: "string" },
  key: { type: "string" },
  passwords: { type: "boolean" },
  json: { type: "boolean" },
} as const;

type Values = { from?: string | undefined; key?: string | undefined; passwords?: boolean; json?: boolean };

/** What .sops.yaml has in the place of dev's recipient until there is a key. */
const NO_RECIPIENT = "DEV_RECIPIENT_NOT_MADE_YET";

/** Makes, edits, rotates and checks the encrypted secrets of an environment. */
export const secrets: Script = {
  name: "secrets",
  help: `Usage: bun scripts/secrets.ts create ENVIRONMENT [--from FILE] [--key FILE]
       bun scripts/secrets.ts edit ENVIRONMENT [NAME] [--key FILE]
       bun scripts/secrets.ts rotate ENVIRONMENT [--passwords] [--key FILE]
       bun scripts/secrets.ts check [ENVIRONMENT] [--json]

Secrets are overlays/ENVIRONMENT/secrets.enc.yaml: names in plain text, values encrypted by sops for whom .sops.yaml says.
A name becomes a file in /run/secrets/schemawatch. Commit the file; when it changes, its pods are replaced.

  create   writes the file. Passwords of an environment that has its own PostgreSQL, and a first access token, are made up;
           all else comes from --from. In dev it also makes the age key where there is none, and puts its public half
           into .sops.yaml.
  edit     opens $EDITOR on the decrypted values; with NAME it takes that one value from standard input
  rotate   gives the file a new data key and the recipients that .sops.yaml now says; with --passwords also makes up the
           passwords of the environment's own PostgreSQL anew
  check    looks for secrets that are in git unencrypted, and with ENVIRONMENT for ones that it needs and has not

  --from FILE    a YAML mapping of names to values, outside of this checkout; "-": standard input
  --key FILE     the age key (default: SOPS_AGE_KEY_FILE, else where sops keeps it); KMS needs none
  --json         print findings as JSON

Exit status: 0 done, nothing found; 1 refused, or findings; 2 wrong usage, or sops failed.`,
  run: (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 1, most: 3, names: "an action" });
    const [action = "", name, secret] = positionals;
    if (secret !== undefined && action !== "edit") throw usage(`"${secret}" is too much.`);
    if (action === "check") return check(io, name === undefined ? undefined : readEnvironment(name), values);
    if (!["create", "edit", "rotate"].includes(action)) throw usage(`secrets cannot "${action}".`);
    if (name === undefined) throw usage(`${action} needs an environment.`);
    const environment = readEnvironment(name);
    if (action === "create") return create(io, environment, values);
    if (!isMade(io.root, environment)) {
      throw new AppError("conflict", `${secretsFile(environment)} is not encrypted by sops.`, {
        mend: `Make it first: bun scripts/secrets.ts create ${environment}.`,
      });
    }
    return action === "edit" ? edit(io, environment, secret, values) : rotate(io, environment, values);
  },
};

async function create(io: ScriptIo, environment: Environment, values: Values): Promise<number> {
  const file = secretsFile(environment);
  const present = join(io.root, file);
  if (existsSync(present) && namesIn(readFileSync(present, "utf8")).length > 0) {
    throw new AppError("conflict", `${file} is there already.`, {
      mend: "Use edit or rotate; to begin anew, empty the file first.",
    });
  }
  const needs = readNeeds(io.root, environment);
  const given = values.from === undefined ? {} : await readValues(io, values.from);
  const made: Record<string, string> = { ...makeUp(needs), ...given };
  const missing = needs.names.filter((name) => name !== "tokens.yaml" && made[name] === undefined);
  if (missing.length > 0) {
    throw new AppError("conflict", `${environment} needs ${missing.join(", ")}, which cannot be made up.`, {
      mend: "Hand them over as a YAML mapping: --from FILE, or --from - for standard input.",
    });
  }
  const token = made["tokens.yaml"] === undefined ? await firstToken() : undefined;
  if (token !== undefined) made["tokens.yaml"] = token.file;
  await nameRecipient(io, environment, values);
  await encrypt(io.root, environment, made);
  io.print(`${file}: ${Object.keys(made).length} values, encrypted. Commit it together with .sops.yaml.`);
  if (token !== undefined) {
    io.warn("The access token of admin, an operator, is shown this once:");
    io.print(token.token);
  }
  return EXIT.ok;
}

/** Dev is encrypted for the age key of whoever makes it: makes that key where there is none, and writes its public half. */
async function nameRecipient(io: ScriptIo, environment: Environment, values: Values): Promise<void> {
  const path = join(io.root, ".sops.yaml");
  const text = readFileSync(path, "utf8");
  if (environment !== "dev" || !text.includes(NO_RECIPIENT)) return;
  const key = ageKeyFile(io.env, values.key);
  if (!existsSync(key)) {
    await makeAgeKey(io.root, key);
    io.warn(
      `Made the age key ${key}. Keep a copy in a safe place: without it nobody can read dev's secrets.`,
    );
  }
  writeFileSync(path, text.replaceAll(NO_RECIPIENT, await recipientOf(key)));
}

async function readValues(io: ScriptIo, from: string): Promise<Record<string, string>> {
  if (from === "-") return parseValues(await io.readInput());
  const path = resolve(from);
  if (!existsSync(path)) throw usage(`There is no file ${from}.`);
  if (!relative(io.root, path).startsWith("..")) {
    throw new AppError("conflict", `${from} is plain text inside of the checkout.`, {
      mend: "Move it out, where git cannot take it, or hand it over on standard input: --from -.",
    });
  }
  return parseValues(readFileSync(path, "utf8"));
}

async function edit(
  io: ScriptIo,
  environment: Environment,
  name: string | undefined,
  values: Values,
): Promise<number> {
  const key = ageKeyFile(io.env, values.key);
  if (name === undefined) {
    const changed = await editValues(io.root, environment, key, io.env);
    io.print(`${secretsFile(environment)} ${changed ? "is changed. Commit it." : "is as it was."}`);
    return EXIT.ok;
  }
  refuseName(name);
  const value = (await io.readInput()).replace(/\n$/, "");
  if (value === "") throw usage(`Standard input has no value for ${name}.`);
  await setValue(io.root, environment, key, [name, value]);
  io.print(`${secretsFile(environment)}: ${name} is set. Commit it.`);
  return EXIT.ok;
}

async function rotate(io: ScriptIo, environment: Environment, values: Values): Promise<number> {
  const key = ageKeyFile(io.env, values.key);
  const changed: string[] = [];
  if (values.passwords) {
    const made = makeUp(readNeeds(io.root, environment));
    if (Object.keys(made).length === 0) {
      throw new AppError("conflict", `${environment} has no PostgreSQL of its own.`, {
        mend: `Change the password at its server, then: bun scripts/secrets.ts edit ${environment} database-url.`,
      });
    }
    const present = await decrypt(io.root, environment, key);
    for (const [name, value] of Object.entries(made)) {
      // What points elsewhere was handed over, and is not this server's.
      if (name.endsWith("-url") && !present[name]?.includes("@postgres/")) continue;
      await setValue(io.root, environment, key, [name, value]);
      changed.push(name);
    }
  }
  await rotateKeys(io.root, environment, key);
  const what = changed.length > 0 ? `new values of ${changed.join(", ")}, and ` : "";
  io.print(`${secretsFile(environment)}: ${what}a new data key. Commit it; the pods are then replaced.`);
  return EXIT.ok;
}

async function check(io: ScriptIo, environment: Environment | undefined, values: Values): Promise<number> {
  const findings: { where: string; message: string; mend: string }[] = await scanSecrets(io.root);
  if (environment !== undefined) {
    const file = secretsFile(environment);
    const names = namesIn(readFileSync(join(io.root, file), "utf8"));
    for (const name of readNeeds(io.root, environment).names) {
      if (names.includes(name)) continue;
      const action = names.length === 0 ? `create ${environment}` : `edit ${environment} ${name}`;
      findings.push({
        where: file,
        message: `it has no ${name}`,
        mend: `Add it: bun scripts/secrets.ts ${action}.`,
      });
    }
  }
  if (values.json) io.print(JSON.stringify(findings, null, 2));
  else {
    for (const { where, message, mend } of findings) io.print(`${where}: ${message}. ${mend}`);
    const files = (await git(io.root, ["ls-files"])).split("\n").length;
    if (findings.length === 0) io.print(`Nothing found in ${files} files.`);
  }
  return findings.length === 0 ? EXIT.ok : EXIT.finding;
}

function usage(message: string): AppError {
  return new AppError("invalid", message, { mend: "See --help." });
}

if (import.meta.main) process.exitCode = await runScript(secrets, Bun.argv.slice(2), processIo());
