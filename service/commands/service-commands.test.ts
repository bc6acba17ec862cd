import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { run } from "./testing.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "schemawatch-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("token", () => {
  test("makes one that is shown once, lists it, and removes it", async () => {
    const env = { AUTH_FILE: "tokens.yaml" };
    const made = await run(["token", "create", "--name", "ci", "--role", "operator"], { folder, env });
    expect(made.status).toBe(0);
    expect(made.out).toMatch(/^sw_[\w-]{43}\n$/);
    expect(readFileSync(join(folder, "tokens.yaml"), "utf8")).not.toContain(made.out.trim());

    const listed = await run(["token", "list", "--file", "tokens.yaml"], { folder });
    expect(listed).toMatchObject({ status: 0, out: expect.stringMatching(/^ci {2}operator {2}\d{4}-/) });

    const removed = await run(["token", "remove", "--name", "ci"], { folder, env });
    expect(removed).toMatchObject({ status: 0, err: "" });
    expect((await run(["token", "list"], { folder, env })).out).toBe("");
  });

  test.each<[string[], RegExp]>([
    [["token"], /token needs one of create, list and remove/],
    [["token", "make"], /token cannot "make".*create, list or remove/],
    [["token", "create", "--name", "x"], /needs --role/],
    [["token", "create", "--name", "x", "--role", "king"], /The role "king" is not known/],
    [["token", "create", "--role", "viewer"], /needs --name/],
    [["token", "list", "--name", "x"], /token list takes no --name/],
    [["token", "remove", "--name", "nobody", "--file", "none.yaml"], /none\.yaml cannot be read/],
  ])("%j is refused", async (args, expected) => {
    const { status, out, err } = await run(args, { folder });
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(expected);
  });
});

describe("migrate", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());

  test("brings an empty store up to date, and says so again when it is", async () => {
    const first = await run(["migrate"], { env: { DATABASE_URL: database.url } });
    expect(first).toMatchObject({ status: 0, err: "" });
    expect(first.out).toMatch(/^applied 1 init\n(applied .*\n)*The store .* is at version \d+\.\n$/);
    writeFileSync(join(folder, "url"), `${database.url}\n`);
    const second = await run(["migrate"], { folder, env: { DATABASE_URL_FILE: "url" } });
    expect(second).toMatchObject({ status: 0, out: expect.stringMatching(/^The store .* is at version/) });
    expect(first.out).not.toContain(":test@");
  });

  test("leaves a store alone that is newer than the program", async () => {
    await database.db.query("insert into schemawatch.migration (version, name) values (9999, 'future')");
    const { status, err } = await run(["migrate", "--url", database.url]);
    expect(status).toBe(2);
    expect(err).toMatch(/version 9999/);
  });

  test("without a store is refused", async () => {
    expect(await run(["migrate"])).toMatchObject({
      status: 2,
      err: expect.stringMatching(/No store is named.*DATABASE_URL/),
    });
  });
});

describe("healthcheck", () => {
  const answers: Record<string, [number, string]> = {
    "/readyz": [200, "ok"],
    "/down": [503, "store: unreachable"],
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => {
      const [status, body] = answers[new URL(url).pathname] ?? [404, ""];
      return new Response(body, { status });
    },
  });
  afterAll(() => server.stop(true));

  test("is 0 when the service is ready, at the address that the environment names", async () => {
    const env = { PORT: String(server.port), HOST: "0.0.0.0" };
    expect(await run(["healthcheck"], { env })).toEqual({ status: 0, out: "", err: "" });
  });

  test("is 1 with the reason when it is not, or not there", async () => {
    const down = await run(["healthcheck", "--url", `${server.url}down`]);
    expect(down).toMatchObject({ status: 1, err: expect.stringMatching(/answers 503: store: unreachable/) });
    const absent = await run(["healthcheck"], { env: { PORT: "1" } });
    expect(absent).toMatchObject({
      status: 1,
      err: expect.stringMatching(/127\.0\.0\.1:1\/readyz does not answer/),
    });
  });

  test("is 2 for wrong use", async () => {
    expect((await run(["healthcheck", "--url", "ftp://x"])).status).toBe(2);
  });
});

describe("help", () => {
  test.each([["--help"], ["-h"], ["help"]])("%s lists commands and variables", async (flag) => {
    const { status, out } = await run([flag]);
    expect(status).toBe(0);
    for (const word of [
      "snapshot",
      "diff",
      "check",
      "migrate",
      "token",
      "healthcheck",
      "DATABASE_URL",
      "AUTH_FILE",
    ]) {
      expect(out).toContain(word);
    }
  });

  test.each([["snapshot"], ["diff"], ["check"], ["migrate"], ["token"], ["healthcheck"]])(
    "%s --help tells its usage and writes nothing else",
    async (name) => {
      const { status, out, err } = await run([name, "--help"]);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      expect(out).toStartWith(`Usage: schemawatch ${name}`);
    },
  );

  test("--version tells it", async () => {
    expect((await run(["--version"])).out).toMatch(/^schemawatch \d+\.\d+\.\d+\n$/);
  });

  test.each([["bogus"], ["--bogus"], ["constructor"]])("%s is not known", async (name) => {
    const { status, out, err } = await run([name]);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(`"${name}"`);
  });
});
