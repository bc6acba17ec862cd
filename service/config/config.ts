import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { AppError, systemCode } from "../errors.ts";
import { parseTarget } from "../postgres/target.ts";
import { type Environment, readEnvironment, type Variable } from "./env.ts";
import { Faults } from "./faults.ts";
import type { Config } from "./types.ts";

/** Where the process runs. */
export interface Place {
  /** Absolute; relative paths of the environment start here. */
  readonly folder: string;
  /** Whether standard output is a terminal. */
  readonly terminal: boolean;
}

const ROLES = ["all", "web", "poller", "worker"] as const;

/** Reads and judges the environment of this process; see `judgeEnvironment`. */
export function loadConfig(source: Readonly<Record<string, string | undefined>>): Config {
  return judgeEnvironment(readEnvironment(source), {
    folder: process.cwd(),
    terminal: process.stdout.isTTY === true,
  });
}

/**
 * Judges the environment. Every fault is told at once, by the variable's name and with the mend, in one AppError
 * "invalid"; no message holds a password.
 */
export function judgeEnvironment(env: Environment, place: Place): Config {
  const faults = new Faults();
  const judge = new Judge(env, place, faults);

  const role = judge.choice("ROLE", ROLES, "all");
  const databaseUrl = judge.postgresUrl("DATABASE_URL", judge.secret("DATABASE_URL", "DATABASE_URL_FILE"));
  if (role !== "all" && databaseUrl === null && !env.DATABASE_URL && !env.DATABASE_URL_FILE) {
    faults.add(
      `ROLE is ${role}, but DATABASE_URL is not set`,
      "Name the store that the roles share (DATABASE_URL=postgres://…), or use ROLE=all with the embedded one.",
    );
  }
  const host = judge.host();
  const authFile = env.AUTH_FILE ? resolve(place.folder, env.AUTH_FILE) : null;
  if (role === "all" || role === "web") judgeAccess(host, authFile, faults);

  const config: Config = {
    role,
    databaseUrl,
    dataDir: resolve(place.folder, env.DATA_DIR ?? "data"),
    host,
    port: judge.integer("PORT", 0, 65_535, 8080),
    portNamed: env.PORT !== undefined,
    authFile,
    watch: judge.watch(),
    webhook: judge.webhook(),
    logFormat: judge.choice("LOG_FORMAT", ["json", "pretty"] as const, place.terminal ? "pretty" : "json"),
    logLevel: judge.choice("LOG_LEVEL", ["debug", "info", "warn", "error"] as const, "info"),
    concurrency: judge.integer("CONCURRENCY", 1, 100, 4),
    sessionsPerServer: judge.integer("SESSIONS_PER_SERVER", 2, 1000, 20),
    // Kubernetes kills 30 s after SIGTERM unless told otherwise.
    shutdownMs: judge.integer("SHUTDOWN_SECONDS", 1, 3600, 25) * 1000,
  };
  faults.throwIfAny();
  return config;
}

/** Whether only this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Without tokens everyone is an operator, so only this machine may come in. */
function judgeAccess(host: string, authFile: string | null, faults: Faults): void {
  if (authFile === null && !isLoopback(host)) {
    faults.add(
      `HOST is ${host}, which others can reach, but AUTH_FILE is not set`,
      "Make a token (schemawatch token create --name me --role operator --file tokens.yaml) and set " +
        "AUTH_FILE=tokens.yaml, or use HOST=127.0.0.1.",
    );
  }
  if (authFile !== null && !existsSync(authFile)) {
    faults.add(
      `AUTH_FILE ${authFile} cannot be found`,
      `Make it: schemawatch token create --name me --role operator --file ${authFile}`,
    );
  }
}

/** One method a sort of value; what is wrong goes to `faults`, and a stand-in is returned so that judging goes on. */
class Judge {
  readonly #env: Environment;
  readonly #place: Place;
  readonly #faults: Faults;

  constructor(env: Environment, place: Place, faults: Faults) {
    this.#env = env;
    this.#place = place;
    this.#faults = faults;
  }

  choice<T extends string>(name: Variable, choices: readonly T[], fallback: T): T {
    const text = this.#env[name];
    if (text === undefined) return fallback;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      this.#faults.add(`${name} is "${text}", which is not known`, `Use one of ${choices.join(", ")}.`);
    }
    return found ?? fallback;
  }

  integer(name: Variable, least: number, most: number, fallback: number): number {
    const text = this.#env[name];
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#faults.add(`${name} is "${text}"`, `Use a whole number from ${least} to ${most}.`);
    return fallback;
  }

  host(): string {
    const host = (this.#env.HOST ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
    if (isIP(host) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) return host.toLowerCase();
    this.#faults.add(
      `HOST is "${host}", which is no address`,
      "Use an IP address or a host name, without the port.",
    );
    return "127.0.0.1";
  }

  /** A secret named directly or by the file that holds it; null when neither is. */
  secret(name: Variable, fileName: Variable): string | null {
    const value = this.#env[name];
    const path = this.#env[fileName];
    if (path === undefined) return value ?? null;
    if (value !== undefined) {
      this.#faults.add(`${name} and ${fileName} are both set`, "Set one of them.");
      return null;
    }
    try {
      const text = readFileSync(resolve(this.#place.folder, path), "utf8").trim();
      if (text !== "") return text;
      this.#faults.add(`${fileName} names ${path}, which is empty`, `Write ${name} into it.`);
    } catch (error) {
      const why = systemCode(error);
      this.#faults.add(
        `${fileName} names ${path}, which cannot be read (${why})`,
        "Correct the path or its rights.",
      );
    }
    return null;
  }

  postgresUrl(name: Variable, url: string | null): string | null {
    if (url === null) return null;
    try {
      parseTarget(url);
      return url;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#faults.add(`${name}: ${error.message.replace(/\.$/, "")}`, error.mend ?? "Correct it.");
      return null;
    }
  }

  watch(): Config["watch"] {
    const { WATCH, DATABASES_FILE } = this.#env;
    if (WATCH !== undefined && DATABASES_FILE !== undefined) {
      this.#faults.add("WATCH and DATABASES_FILE are both set", "Set one of them.");
    }
    const url = this.postgresUrl("WATCH", WATCH ?? null);
    if (url !== null) return { from: "url", url };
    if (DATABASES_FILE !== undefined) {
      const path = resolve(this.#place.folder, DATABASES_FILE);
      if (!existsSync(path)) {
        this.#faults.add(`DATABASES_FILE ${path} cannot be found`, "Correct it, or write the file.");
      }
      return { from: "file", path };
    }
    const usual = join(this.#place.folder, "databases.yaml");
    return existsSync(usual) ? { from: "file", path: usual } : { from: "sample" };
  }

  webhook(): Config["webhook"] {
    const url = this.#env.WEBHOOK_URL;
    const secret = this.secret("WEBHOOK_SECRET", "WEBHOOK_SECRET_FILE");
    const secretNamed = this.#env.WEBHOOK_SECRET !== undefined || this.#env.WEBHOOK_SECRET_FILE !== undefined;
    if (url === undefined) {
      if (secretNamed)
        this.#faults.add("WEBHOOK_SECRET is set, but WEBHOOK_URL is not", "Set both or neither.");
      return null;
    }
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      this.#faults.add("WEBHOOK_URL is no http:// or https:// URL", "Write it as https://host/path.");
    } else if (parsed.username !== "" || parsed.password !== "") {
      this.#faults.add(
        "WEBHOOK_URL holds a user or password",
        "Leave it out; WEBHOOK_SECRET proves who calls.",
      );
    }
    if (!secretNamed) {
      this.#faults.add(
        "WEBHOOK_URL is set, but WEBHOOK_SECRET is not",
        "Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to a long random text that the receiver knows too.",
      );
    }
    return secret === null ? null : { url, secret };
  }
}
