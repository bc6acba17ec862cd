import type { Config, WatchedDatabase, WatchList } from "../config/types.ts";
import type { Logger } from "../log.ts";

/** The configuration of a role alone in a test: loopback, any port, nothing of the environment. */
export function testConfig(role: Config["role"], change: Partial<Config> = {}): Config {
  return {
    role,
    databaseUrl: null,
    dataDir: "",
    host: "127.0.0.1",
    port: 0,
    portNamed: false,
    authFile: null,
    watch: { from: "sample" },
    webhook: null,
    logFormat: "json",
    logLevel: "debug",
    concurrency: 10,
    sessionsPerServer: 20,
    shutdownMs: 10_000,
    ...change,
  };
}

/** A watch list that a test holds; `replace` is as if databases.yaml had changed. */
export function testWatchList(
  databases: readonly WatchedDatabase[] = [],
): WatchList & { replace(next: readonly WatchedDatabase[]): void } {
  let current = databases;
  const listeners = new Set<() => void>();
  return {
    current: () => current,
    fault: () => null,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {},
    replace(next) {
      current = next;
      for (const listener of listeners) listener();
    },
  };
}

/** A logger that adds what it is told to `lines`: "level message fields". */
export function memoryLog(lines: string[] = [], bound: object = {}): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push(`${level} ${message} ${Bun.inspect({ ...bound, ...fields })}`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => memoryLog(lines, { ...bound, ...fields }),
  };
}
