import { describe, expect, test } from "bun:test";
import { AppError } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { hideUrlPasswords } from "./secrets.ts";

function lines(logFormat: "json" | "pretty", logLevel: "debug" | "info" = "info") {
  const written: string[] = [];
  const log = createLogger({
    logFormat,
    logLevel,
    role: "all",
    color: false,
    write: (line) => void written.push(line),
  });
  return { log, written };
}

describe("JSON lines", () => {
  test("carry time, level, role, message and fields, each once", () => {
    const { log, written } = lines("json");
    log.info({ databases: 3 }, "watching");
    log.child({ role: "poller" }).child({ database: "shop" }).warn({}, "slow");
    const [first, second] = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ level: "info", role: "all", databases: 3, msg: "watching" });
    expect(first?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(second).toMatchObject({ level: "warn", role: "poller", database: "shop", msg: "slow" });
    expect(written[1]?.match(/"role"/g)).toHaveLength(1);
    expect(written.every((line) => line.endsWith("}\n"))).toBe(true);
  });

  test("below the level are not written", () => {
    const { log, written } = lines("json", "info");
    log.debug({}, "detail");
    expect(written).toEqual([]);
  });

  test("tell an error with its code, stack and cause", () => {
    const { log, written } = lines("json");
    const error = new AppError("timeout", "too late", {
      mend: "wait",
      cause: new Error("the socket closed"),
    });
    log.error({ err: error }, "failed");
    log.error({ error }, "failed");
    for (const line of written) {
      const { err, error: same } = JSON.parse(line) as Record<string, Record<string, unknown>>;
      const told = err ?? same;
      expect(told).toMatchObject({ type: "AppError", code: "timeout", message: "too late", mend: "wait" });
      expect(String(told?.stack)).toContain("logger.test.ts");
      expect(told?.cause).toMatchObject({ message: "the socket closed" });
    }
  });

  test("hide passwords wherever they stand", () => {
    const { log, written } = lines("json");
    const url = "postgres://me:hunter2@db/shop";
    const cause = new Error(`no route to ${url}`);
    log.warn(
      { url, list: [url], password: "hunter2", deep: { secret: "hunter2" }, err: cause },
      `lost ${url}`,
    );
    expect(written[0]).not.toContain("hunter2");
    expect(JSON.parse(written[0] ?? "")).toMatchObject({ url: "postgres://me:***@db/shop", password: "***" });
  });
});

describe("lines for people", () => {
  test("are one line with its fields", () => {
    const { log, written } = lines("pretty");
    log.info({ databases: 3, url: "http://127.0.0.1:8080", reason: "two words" }, "watching");
    expect(written[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}watching {2}databases=3 url=http:\/\/127\.0\.0\.1:8080 reason="two words"\n$/,
    );
  });

  test("tell the mend and the causes below an error", () => {
    const { log, written } = lines("pretty");
    log.error(
      { err: new AppError("invalid", "bad", { mend: "do this", cause: new Error("inner") }) },
      "failed",
    );
    expect(written[0]).toMatch(
      /ERROR failed\n {2}AppError: bad\n[\s\S]*\n {2}mend: do this\n {2}caused by:\n {2}Error: inner/,
    );
  });
});

test.each([
  ["postgres://u:p@h/d", "postgres://u:***@h/d"],
  ["postgres://u:p@ss:w/d@h/d", "postgres://u:***@h/d"],
  ["postgres://:p@h", "postgres://:***@h"],
  ["postgres://h/d?user=me&password=p%40&x=1", "postgres://h/d?user=me&password=***&x=1"],
  ["http://127.0.0.1:8080/databases/shop", "http://127.0.0.1:8080/databases/shop"],
  ["postgres://u@h:5432/d and me@example.org", "postgres://u@h:5432/d and me@example.org"],
])("%s is shown as %s", (text, shown) => {
  expect(hideUrlPasswords(text)).toBe(shown);
});

test("no line is lost when the process ends at once", async () => {
  const logger = new URL("./logger.ts", import.meta.url).pathname;
  const script = `
    import { createLogger } from ${JSON.stringify(logger)};
    const log = createLogger({ logFormat: "json", logLevel: "info", role: "all" });
    for (let i = 0; i < 5000; i++) log.info({ i, pad: "x".repeat(100) }, "line");
    process.exit(0);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await Bun.sleep(50);
  const text = await new Response(child.stdout).text();
  expect(text.trimEnd().split("\n")).toHaveLength(5000);
});
