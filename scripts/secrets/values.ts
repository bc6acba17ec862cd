import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { addToken } from "../../service/config/tokens.ts";
import { AppError } from "../../service/errors.ts";
import type { Environment } from "../lib/overlay.ts";

/** A name becomes a file name in the pods (base/components/secrets/decrypt.sh takes no other). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What an environment's pods read from /run/secrets/schemawatch. */
export interface Needs {
  readonly names: readonly string[];
  /** Whether the environment has its own PostgreSQL, which takes whatever passwords the secrets say (accounts.sh). */
  readonly ownPostgres: boolean;
}

/** Reads what an environment needs from its overlay: the components it has and the databases it watches. */
export function readNeeds(root: string, environment: Environment): Needs {
  const folder = join(root, "overlays", environment);
  const { components = [] } = readYaml(join(folder, "kustomization.yaml")) as { components?: string[] };
  const { databases } = readYaml(join(folder, "databases.yaml")) as { databases?: { urlFile?: string }[] };
  const ownPostgres = components.some((path) => path.endsWith("/components/postgres"));
  const urls = (databases ?? []).flatMap(({ urlFile }) => (urlFile === undefined ? [] : [basename(urlFile)]));
  const names = [...(ownPostgres ? ["postgres-password"] : []), "database-url", ...urls, "tokens.yaml"];
  return { names: [...new Set(names)], ownPostgres };
}

/** A new value for each name that can be made up: passwords of the environment's own PostgreSQL. */
export function makeUp({ names, ownPostgres }: Needs): Record<string, string> {
  if (!ownPostgres) return {};
  const made: Record<string, string> = {};
  for (const name of names) {
    const role = name === "database-url" ? "schemawatch" : name.replace(/-url$/, "");
    if (name === "postgres-password") made[name] = newPassword();
    else if (name.endsWith("-url")) made[name] = `postgres://${role}:${newPassword()}@postgres/${role}`;
  }
  return made;
}

/** A first access token: what the person keeps, and the file of hashes that the pods get. */
export async function firstToken(): Promise<{ readonly token: string; readonly file: string }> {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-token-"));
  try {
    const path = join(folder, "tokens.yaml");
    const token = await addToken(path, "admin", "operator");
    return { token, file: readFileSync(path, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Values as people hand them over: a YAML mapping of names to texts. AppError "invalid" never repeats a value. */
export function parseValues(text: string): Record<string, string> {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // The parser's own message shows the line, and with it the value.
    throw new AppError("invalid", "The values are no YAML.", { mend: "Write one NAME: VALUE a line." });
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new AppError("invalid", "The values are no mapping.", { mend: "Write one NAME: VALUE a line." });
  }
  for (const [name, value] of Object.entries(content)) {
    refuseName(name);
    if (typeof value === "string" && value !== "") continue;
    throw new AppError("invalid", `The value of ${name} is no text.`, { mend: "Put it in quotes." });
  }
  return content as Record<string, string>;
}

/** Refuses (AppError "invalid") a name that could not be a file's in the pods. */
export function refuseName(name: string): void {
  if (NAME.test(name) && name !== "sops") return;
  throw new AppError("invalid", `"${name}" cannot be a secret's name.`, {
    mend: "Use letters, digits, dots, dashes and underscores; sops is taken.",
  });
}

/** 24 random bytes as text that needs no escaping in a URL. */
function newPassword(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}

function readYaml(file: string): unknown {
  return parse(readFileSync(file, "utf8")) ?? {};
}
