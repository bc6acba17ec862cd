import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { AppError, systemCode } from "../errors.ts";

/** May look (viewer), or also trigger, cancel, run again and apply (operator). */
export type TokenRole = "viewer" | "operator";

/** An access token as AUTH_FILE keeps it: never the token, only its hash. */
export interface Token {
  readonly name: string;
  readonly role: TokenRole;
  /** SHA-256 of the token, hex. A token is 256 random bits, so a slow hash would add nothing. */
  readonly hash: string;
  /** ISO 8601 UTC. */
  readonly created: string;
}

const HEADER = `# Access tokens of Schemawatch (AUTH_FILE), one a line. A token was shown once, when it was made; here is only its SHA-256.
`;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;
const KEYS = ["name", "role", "hash", "created"];

/** SHA-256 of a token or a cookie, hex. */
export function hashOf(secret: string): string {
  return new Bun.CryptoHasher("sha256").update(secret).digest("hex");
}

/**
 * The tokens of a file. AppError "invalid" for a file that cannot be read, that others may write to, or that holds anything
 * but tokens, naming the entry.
 */
export async function loadTokens(path: string): Promise<readonly Token[]> {
  let text: string;
  try {
    // Who can write the file can let anyone in. Others may read it: a mounted secret often is so, and hashes tell nothing.
    if ((await stat(path)).mode & 0o022) {
      throw new AppError("invalid", `${path} may be written by others than its owner.`, {
        mend: `Take that right away: chmod 600 ${path}`,
      });
    }
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid", `${path} cannot be read (${systemCode(error)}).`, {
      mend: `Correct its rights, or make it: schemawatch token create --name me --role operator --file ${path}`,
      cause: error,
    });
  }
  return parseTokens(text, path);
}

/** Adds a token under a new name, making the file (mode 0600) where there is none, and returns the token: it is shown this once. */
export async function addToken(path: string, name: string, role: TokenRole): Promise<string> {
  if (!NAME.test(name)) {
    throw new AppError("invalid", `"${name}" is not a token's name.`, {
      mend: "Use letters, digits, `.`, `_`, `@` and `-`, at most 63.",
    });
  }
  const tokens = await loadIfThere(path);
  if (tokens.some((token) => token.name === name)) {
    throw new AppError("conflict", `${path} has a token named "${name}" already.`, {
      mend: `Choose another name, or remove it first: schemawatch token remove --name ${name} --file ${path}`,
    });
  }
  const secret = `sw_${randomBytes(32).toString("base64url")}`;
  const token: Token = { name, role, hash: hashOf(secret), created: new Date().toISOString() };
  await write(path, [...tokens, token]);
  return secret;
}

/** The tokens of a file, oldest first; errors as `loadTokens`. */
export async function listTokens(path: string): Promise<readonly Token[]> {
  return loadTokens(path);
}

/** Removes a token; running services refuse it within a second. AppError "not_found" for a name the file does not have. */
export async function removeToken(path: string, name: string): Promise<void> {
  const tokens = await loadTokens(path);
  const kept = tokens.filter((token) => token.name !== name);
  if (kept.length === tokens.length) {
    throw new AppError("not_found", `${path} has no token named "${name}".`, {
      mend: `See the names: schemawatch token list --file ${path}`,
    });
  }
  await write(path, kept);
}

async function loadIfThere(path: string): Promise<readonly Token[]> {
  return (await Bun.file(path).exists()) ? loadTokens(path) : [];
}

function parseTokens(text: string, path: string): readonly Token[] {
  let entries: unknown;
  try {
    entries = Bun.YAML.parse(text) ?? [];
  } catch (error) {
    throw faulty(path, "is not YAML", error);
  }
  if (!Array.isArray(entries)) throw faulty(path, "is not a list of tokens");
  const names = new Set<string>();
  return entries.map((entry: unknown, index) => {
    const token = toToken(entry, (what) => faulty(path, `token ${index + 1} ${what}`));
    if (names.has(token.name)) throw faulty(path, `has two tokens named "${token.name}"`);
    names.add(token.name);
    return token;
  });
}

function toToken(entry: unknown, fault: (what: string) => AppError): Token {
  if (typeof entry !== "object" || entry === null) throw fault("is not a mapping");
  const { name, role, hash, created, ...others } = entry as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) throw fault(`has an unknown key "${unknown}" (known: ${KEYS.join(", ")})`);
  if (typeof name !== "string" || !NAME.test(name)) throw fault("has no right name");
  if (role !== "viewer" && role !== "operator") throw fault("has a role other than viewer and operator");
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) throw fault("has no SHA-256 hash in hex");
  if (typeof created !== "string") throw fault("has no created time");
  return { name, role, hash, created };
}

function faulty(path: string, what: string, cause?: unknown): AppError {
  return new AppError("invalid", `${path} ${what}.`, {
    mend: "Correct it, or make tokens by the command only: schemawatch token create",
    cause,
  });
}

/** Whole or not at all: a reader never sees half a file. */
async function write(path: string, tokens: readonly Token[]): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(HEADER + tokens.map((token) => `- ${JSON.stringify(token)}\n`).join(""));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new AppError("invalid", `${path} cannot be written (${systemCode(error)}).`, {
      mend: "Name a file in a folder you may write to.",
      cause: error,
    });
  }
}
