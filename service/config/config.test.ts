import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { isLoopback, judgeEnvironment } from "./config.ts";
import { readEnvironment } from "./env.ts";

const folder = mkdtempSync(join(tmpdir(), "schemawatch-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function judge(source: Record<string, string>, terminal = false) {
  return judgeEnvironment(readEnvironment(source), { folder, terminal });
}

function faultOf(source: Record<string, string>): string {
  try {
    judge(source);
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid") return `${error.message} ${error.mend}`;
    throw error;
  }
  throw new Error("nothing was found to be wrong");
}

test("nothing set gives all roles on loopback with the embedded store and the sample", () => {
  expect(judge({})).toEqual({
    role: "all",
    databaseUrl: null,
    dataDir: join(folder, "data"),
    host: "127.0.0.1",
    port: 8080,
    portNamed: false,
    authFile: null,
    watch: { from: "sample" },
    webhook: null,
    logFormat: "json",
    logLevel: "info",
    concurrency: 4,
    sessionsPerServer: 20,
    shutdownMs: 25_000,
  });
});

test("everything set is taken", () => {
  writeFileSync(join(folder, "tokens.yaml"), "");
  writeFileSync(join(folder, "watched.yaml"), "databases: []");
  writeFileSync(join(folder, "secret"), "s3cret\n");
  const config = judge({
    ROLE: "worker",
    DATABASE_URL: "postgres://me:pw@db/store",
    DATA_DIR: "elsewhere",
    HOST: "0.0.0.0",
    PORT: "0",
    AUTH_FILE: "tokens.yaml",
    DATABASES_FILE: "watched.yaml",
    WEBHOOK_URL: "https://hooks.example.org/x",
    WEBHOOK_SECRET_FILE: "secret",
    LOG_FORMAT: "pretty",
    LOG_LEVEL: "debug",
    CONCURRENCY: "8",
    SHUTDOWN_SECONDS: "5",
  });
  expect(config).toEqual({
    role: "worker",
    databaseUrl: "postgres://me:pw@db/store",
    dataDir: join(folder, "elsewhere"),
    host: "0.0.0.0",
    port: 0,
    portNamed: true,
    authFile: join(folder, "tokens.yaml"),
    watch: { from: "file", path: join(folder, "watched.yaml") },
    webhook: { url: "https://hooks.example.org/x", secret: "s3cret" },
    logFormat: "pretty",
    logLevel: "debug",
    concurrency: 8,
    sessionsPerServer: 20,
    shutdownMs: 5000,
  });
});

test("an empty variable counts as not set", () => {
  expect(judge({ ROLE: "", PORT: " ", WATCH: "" })).toMatchObject({ role: "all", portNamed: false });
});

test("logs are for people on a terminal", () => {
  expect(judge({}, true).logFormat).toBe("pretty");
});

test("WATCH names the one database", () => {
  expect(judge({ WATCH: "postgres://me@db/shop" }).watch).toEqual({
    from: "url",
    url: "postgres://me@db/shop",
  });
});

test("databases.yaml in the working folder is found, and WATCH comes before it", () => {
  const path = join(folder, "databases.yaml");
  writeFileSync(path, "databases: []\n");
  try {
    expect(judge({}).watch).toEqual({ from: "file", path });
    expect(judge({ WATCH: "postgres://db/shop" }).watch.from).toBe("url");
  } finally {
    rmSync(path);
  }
});

test("DATABASE_URL_FILE holds the URL", () => {
  writeFileSync(join(folder, "url"), "postgres://me:pw@db/store\n");
  expect(judge({ ROLE: "web", DATABASE_URL_FILE: "url" }).databaseUrl).toBe("postgres://me:pw@db/store");
});

test("a poller may listen anywhere: it serves health and metrics only", () => {
  expect(judge({ ROLE: "poller", HOST: "0.0.0.0", DATABASE_URL: "postgres://db/s" }).host).toBe("0.0.0.0");
});

describe("refused, by name and with the mend:", () => {
  writeFileSync(join(folder, "empty"), " \n");
  const store = { DATABASE_URL: "postgres://db/store" };
  test.each<[Record<string, string>, RegExp]>([
    [{ ROLE: "wrker" }, /^ROLE is "wrker".*Use one of all, web, poller, worker/],
    [{ ROLE: "web" }, /^ROLE is web, but DATABASE_URL is not set.*DATABASE_URL=postgres.*ROLE=all/],
    [{ DATABASE_URL: "mysql://me:hunter2@db/x" }, /^DATABASE_URL: .*postgres:\/\//],
    [{ ...store, DATABASE_URL_FILE: "url" }, /^DATABASE_URL and DATABASE_URL_FILE are both set/],
    [{ DATABASE_URL_FILE: "missing" }, /^DATABASE_URL_FILE names missing, which cannot be read \(ENOENT\)/],
    [{ DATABASE_URL_FILE: "empty" }, /^DATABASE_URL_FILE names empty, which is empty/],
    [{ PORT: "80a" }, /^PORT is "80a".*0 to 65535/],
    [{ PORT: "65536" }, /^PORT is "65536"/],
    [{ HOST: "127.0.0.1:80" }, /^HOST is "127.0.0.1:80", which is no address/],
    [{ HOST: "0.0.0.0" }, /^HOST is 0.0.0.0.*AUTH_FILE is not set.*token create.*HOST=127.0.0.1/],
    [{ ...store, ROLE: "web", HOST: "::" }, /^HOST is ::, .*AUTH_FILE/],
    [{ AUTH_FILE: "missing.yaml" }, /^AUTH_FILE .*missing.yaml cannot be found.*token create/],
    [{ WATCH: "postgres://a/b", DATABASES_FILE: "empty" }, /^WATCH and DATABASES_FILE are both set/],
    [{ DATABASES_FILE: "missing.yaml" }, /^DATABASES_FILE .*missing.yaml cannot be found/],
    [{ WATCH: "http://me:hunter2@db" }, /^WATCH: /],
    [{ WEBHOOK_URL: "https://a" }, /^WEBHOOK_URL is set, but WEBHOOK_SECRET is not/],
    [{ WEBHOOK_SECRET: "hunter2" }, /^WEBHOOK_SECRET is set, but WEBHOOK_URL is not/],
    [{ WEBHOOK_URL: "ftp://a", WEBHOOK_SECRET: "hunter2" }, /^WEBHOOK_URL is no http/],
    [{ WEBHOOK_URL: "https://u:hunter2@a", WEBHOOK_SECRET: "x" }, /^WEBHOOK_URL holds a user or password/],
    [{ LOG_FORMAT: "xml" }, /^LOG_FORMAT is "xml".*json, pretty/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL is "loud".*debug, info, warn, error/],
    [{ CONCURRENCY: "0" }, /^CONCURRENCY is "0".*1 to 100/],
    [{ SHUTDOWN_SECONDS: "1.5" }, /^SHUTDOWN_SECONDS is "1.5"/],
  ])("%j", (source, expected) => {
    const fault = faultOf(source);
    expect(fault).toMatch(expected);
    expect(fault).not.toContain("hunter2");
  });

  test("all at once", () => {
    const fault = faultOf({ ROLE: "x", PORT: "x", HOST: "0.0.0.0", LOG_LEVEL: "x" });
    expect(fault.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "ROLE",
      "HOST",
      "PORT",
      "LOG_LEVEL",
    ]);
    expect(fault).toContain("Correct these 4");
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.8.0.1", true],
  ["::1", true],
  ["localhost", true],
  ["127.example.org", false],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.1.4", false],
])("%s is loopback: %p", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
