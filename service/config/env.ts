/** Every environment variable that Schemawatch reads. `schemawatch --help` shows them with what they mean. */
export const VARIABLES = {
  ROLE: "what this process does: all (default), web, poller or worker",
  DATABASE_URL: "Schemawatch's own database; none: an embedded PostgreSQL (role all only)",
  DATABASE_URL_FILE: "a file that holds DATABASE_URL",
  DATA_DIR: "where the embedded PostgreSQL keeps its data (default: data)",
  HOST: "the address that is listened on (default: 127.0.0.1)",
  PORT: "the port that is listened on (default: 8080; 0: any free one)",
  AUTH_FILE: "the access tokens; needed when HOST is not loopback",
  DATABASES_FILE: "the watched databases (default: databases.yaml, where it exists)",
  WATCH: "the URL of the one database to watch, instead of DATABASES_FILE",
  WEBHOOK_URL: "where finished runs are announced",
  WEBHOOK_SECRET: "the key that signs those announcements",
  WEBHOOK_SECRET_FILE: "a file that holds WEBHOOK_SECRET",
  LOG_FORMAT: "json or pretty (default: pretty on a terminal)",
  LOG_LEVEL: "debug, info (default), warn or error",
  CONCURRENCY: "runs that one worker processes at once (default: 4)",
  SESSIONS_PER_SERVER:
    "sessions that one poller has on a server of watched databases, and a worker on all, at most (default: 20)",
  SHUTDOWN_SECONDS: "how long a stopping process may take (default: 25)",
} as const;

export type Variable = keyof typeof VARIABLES;

/** The variables that are set, as they are; an empty or blank one counts as not set. */
export type Environment = Readonly<Partial<Record<Variable, string>>>;

/** Picks Schemawatch's variables out of `source`, without a judgement (that is config.ts's). */
export function readEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const environment: Partial<Record<Variable, string>> = {};
  for (const name of Object.keys(VARIABLES) as Variable[]) {
    const value = source[name]?.trim();
    if (value) environment[name] = value;
  }
  return environment;
}
