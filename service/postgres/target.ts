import { userInfo } from "node:os";
import { AppError } from "../errors.ts";

/** How much of TLS a URL asks for; the words and their meaning are libpq's. */
export type TlsMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** A PostgreSQL URL, taken apart. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** The unix socket to use instead of host and port. */
  readonly socketPath: string | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsMode;
  /** A file of trusted certificates, or "system". */
  readonly rootCert: string | undefined;
  /** Command-line options for the session, as in libpq's `options`. */
  readonly options: string | undefined;
}

const tlsModes: readonly string[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];
const known = new Set(["host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "options"]);
/** Keywords that steer libpq only; the client's own options take their place. */
const ignored = new Set([
  "application_name",
  "channel_binding",
  "connect_timeout",
  "gssencmode",
  "keepalives",
  "keepalives_idle",
  "sslnegotiation",
  "target_session_attrs",
]);
const example = "postgres://role:password@host:5432/database";

/**
 * Takes a postgres:// or postgresql:// URL apart, with libpq's keywords and defaults, except that loopback and unix
 * sockets are never asked for TLS. Throws AppError "invalid", which never repeats the URL: it may hold a password.
 */
export function parseTarget(url: string): Target {
  const parsed = parseUrl(url);
  const params = parsed.searchParams;
  for (const key of params.keys()) {
    if (!known.has(key) && !ignored.has(key)) throw invalid(`has the unknown parameter "${key}"`);
  }
  const host = params.get("host") ?? (decode(parsed.hostname.replace(/^\[|\]$/g, "")) || "localhost");
  const port = Number(params.get("port") ?? (parsed.port || 5432));
  if (host.includes(",")) throw invalid("names several hosts");
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw invalid("has a port outside 1–65535");
  const user = params.get("user") ?? (decode(parsed.username) || userInfo().username);
  const socketPath = host.startsWith("/") ? `${host}/.s.PGSQL.${port}` : undefined;
  const local = socketPath !== undefined || host === "localhost" || host === "::1" || host.startsWith("127.");
  const tls = params.get("sslmode") ?? (local ? "disable" : "prefer");
  if (!tlsModes.includes(tls)) throw invalid(`has the unknown sslmode "${tls}"`, tlsModes.join(", "));
  return {
    host,
    port,
    socketPath,
    user,
    password: params.get("password") ?? decode(parsed.password),
    database: params.get("dbname") ?? (decode(parsed.pathname.slice(1)) || user),
    tls: tls as TlsMode,
    rootCert: params.get("sslrootcert") ?? undefined,
    options: params.get("options") ?? undefined,
  };
}

/** What may be shown of a URL: `role@host:port/database`. Never the password; a URL that cannot be read shows as such. */
export function describe(url: string): string {
  try {
    return describeTarget(parseTarget(url));
  } catch {
    return "an unreadable URL";
  }
}

/** `role@host:port/database`, or with the unix socket's path. */
export function describeTarget(target: Target): string {
  return `${target.user}@${place(target)}/${target.database}`;
}

/** Where the server of a URL is: `host:port`, or its unix socket's path. Throws AppError "invalid" as `parseTarget` does. */
export function serverOf(url: string): string {
  return place(parseTarget(url));
}

function place({ host, port, socketPath }: Target): string {
  return socketPath ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function parseUrl(url: string): URL {
  if (!/^postgres(ql)?:\/\//.test(url)) throw invalid("does not begin with postgres://");
  // A host may be left out (`postgres:///db?host=/run/pg`, `postgres://me@/db`), which URL takes for a mistake.
  const whole = url.replace(/^(\w+:\/\/(?:[^/?#]*@)?)(?=[/?#]|$)/, "$1localhost");
  try {
    return new URL(whole);
  } catch {
    throw invalid("cannot be read");
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid("has a % that is not followed by two hexadecimal digits");
  }
}

function invalid(fault: string, choices?: string): AppError {
  return new AppError("invalid", `The PostgreSQL URL ${fault}.`, {
    mend: choices
      ? `Use one of ${choices}.`
      : `Write it as ${example}, special characters in the password as %XX.`,
  });
}
