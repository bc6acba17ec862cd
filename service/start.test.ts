import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mendable } from "./embedded/faults.ts";
import { freePort } from "./embedded/port.ts";
import type { AppError } from "./errors.ts";
import { type TestDatabase, testDatabase } from "./testing/postgres.ts";
import {
  embeddedServer,
  endServices,
  FROM_SOURCE,
  launch,
  type Program,
  type ServiceOptions,
} from "./testing/service.ts";
import { until } from "./testing/until.ts";

/* What keeps the program from starting is told in one clear line each, with the mend, and leaves nothing behind. */

setDefaultTimeout(60_000);

const folders: string[] = [];
const databases: TestDatabase[] = [];
afterEach(async () => {
  await endServices();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-start-"));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

async function newStore(): Promise<TestDatabase> {
  const store = await testDatabase();
  databases.push(store);
  return store;
}

/** Runs it to its end; what it complained about, a line each, without the program's name. */
async function refusal(
  options: ServiceOptions,
): Promise<{ status: number; lines: string[]; program: Program }> {
  const program = launch({ folder: newFolder(), ...options });
  const status = await program.exited;
  const lines = program.err().trimEnd().split("\n");
  for (const line of lines) expect(line).toStartWith("schemawatch: ");
  return { status, lines: lines.map((line) => line.replace("schemawatch: ", "")), program };
}

describe("the embedded server", () => {
  test("a port in use: one line, and no server is left running", async () => {
    const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const { status, lines, program } = await refusal({ port: taken.port }).finally(() => taken.stop(true));
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [
        `Port ${taken.port} on 127.0.0.1 is in use. End what uses it, or choose another one: PORT=8081.`,
      ],
    });
    expect(embeddedServer(program.dataDir)).toBe(0);
  });

  test("a data folder without the right to it", async () => {
    const closed = newFolder();
    chmodSync(closed, 0o555);
    const dataDir = join(closed, "data");
    const { status, lines } = await refusal({ dataDir, command: asNormalUser(FROM_SOURCE) });
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [expect.stringMatching(new RegExp(`${dataDir}/postgres.* (chown|DATA_DIR) `))],
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  test("a full disk", async () => {
    const full = newFolder();
    if (!canMount()) {
      // Without the right to mount, the system's own word for a full disk comes from /dev/full.
      const error: AppError = await mendable(full, async () => writeFileSync("/dev/full", "x")).then(
        () => expect.unreachable(),
        (refused) => refused,
      );
      expect(error.message).toBe(`The disk is full: PostgreSQL cannot write to ${full}.`);
      return;
    }
    const { status, lines } = await refusal({ dataDir: full, command: onSmallDisk(full, FROM_SOURCE) });
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [expect.stringMatching(/^The disk is full: PostgreSQL cannot write to .*Free some space/)],
    });
    expect(embeddedServer(full)).toBe(0);
  });
});

describe("a store of one's own", () => {
  test("a port in use: the leases are given up", async () => {
    const store = await newStore();
    const shop = await testDatabase({ template: "sample" });
    databases.push(shop);
    const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const env = { DATABASE_URL: store.url, WATCH: shop.url };
    const { status, lines } = await refusal({ port: taken.port, env }).finally(() => taken.stop(true));
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [expect.stringContaining("is in use. End what uses it")],
    });
    expect(await store.db.query("select lease_holder, lease_fence from schemawatch.database", [])).toEqual([
      { lease_holder: null, lease_fence: "1" },
    ]);
    expect(await store.db.query("select id from schemawatch.worker", [])).toEqual([]);
  });

  test.each(["poller", "worker"])("a port in use, for the health of %s", async (role) => {
    const store = await newStore();
    const taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const env = { DATABASE_URL: store.url, ROLE: role };
    const { status, lines } = await refusal({ port: taken.port, env }).finally(() => taken.stop(true));
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [expect.stringContaining("is in use. End what uses it")],
    });
  });

  test("nobody listens there, there is no such database, the password is wrong", async () => {
    const { url } = await newStore();
    const wrongPassword = url.replace(":test@", ":wrong-one@");
    for (const [env, expected] of [
      [`postgres://someone:hunter2@127.0.0.1:${freePort()}/store`, /nothing listens there .*127\.0\.0\.1/],
      [url.replace(/[^/]+$/, "nowhere"), /nowhere/],
      [wrongPassword, /password/],
    ] as const) {
      const begun = performance.now();
      const { status, lines } = await refusal({ env: { DATABASE_URL: env } });
      expect({ status, lines }).toEqual({ status: 1, lines: [expect.stringMatching(expected)] });
      expect(lines[0]).not.toMatch(/hunter2|wrong-one/);
      expect(performance.now() - begun).toBeLessThan(15_000);
    }
  });

  test("something listens there, but never answers", async () => {
    const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
    const begun = performance.now();
    const env = { DATABASE_URL: `postgres://someone:hunter2@127.0.0.1:${silent.port}/store` };
    const { status, lines } = await refusal({ env }).finally(() => silent.stop(true));
    expect({ status, lines }).toEqual({
      status: 1,
      lines: [expect.stringContaining("longer than 10000 ms")],
    });
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  test("a store that is newer is refused and left as it is", async () => {
    const store = await newStore();
    await store.db.query(`create schema schemawatch;
      create table schemawatch.migration (version integer primary key, name text not null, applied_at timestamptz not null default now());
      insert into schemawatch.migration values (9999, 'future')`);
    for (const role of ["all", "web", "poller", "worker"]) {
      const { status, lines } = await refusal({ env: { DATABASE_URL: store.url, ROLE: role } });
      expect({ status, lines }).toEqual({
        status: 1,
        lines: [
          expect.stringMatching(/^The store is at version 9999, this program knows \d+\. Run the release/),
        ],
      });
    }
    const made = await store.db.query(
      "select from pg_class where relnamespace = 'schemawatch'::regnamespace",
      [],
    );
    expect(made).toHaveLength(2);
  });
});

describe("the configuration", () => {
  test.each(["web", "poller", "worker"])("ROLE=%s without a store", async (role) => {
    const { status, lines, program } = await refusal({ env: { ROLE: role } });
    expect({ status, lines }).toEqual({
      status: 2,
      lines: [expect.stringContaining(`ROLE is ${role}, but DATABASE_URL is not set. Name the store`)],
    });
    expect(existsSync(join(program.dataDir, "postgres"))).toBe(false);
  });

  test("all faults of the environment are told at once", async () => {
    const env = {
      ROLE: "king",
      PORT: "eighty",
      HOST: "0.0.0.0",
      DATABASE_URL: "mysql://me:hunter2@db/x",
      LOG_LEVEL: "loud",
      DATABASES_FILE: "nowhere.yaml",
      WEBHOOK_SECRET: "hunter3",
    };
    const { status, lines, program } = await refusal({ env });
    expect(status).toBe(2);
    for (const name of ["ROLE", "PORT", "DATABASE_URL", "LOG_LEVEL", "DATABASES_FILE", "WEBHOOK_SECRET"]) {
      expect(lines.filter((line) => line.startsWith(name))).toHaveLength(1);
    }
    expect(program.err()).not.toMatch(/hunter/);
    expect(existsSync(join(program.dataDir, "postgres"))).toBe(false);
  });

  test("HOST that others can reach, without access tokens", async () => {
    const { status, lines } = await refusal({ env: { HOST: "0.0.0.0" } });
    expect({ status, lines }).toEqual({
      status: 2,
      lines: [
        expect.stringMatching(
          /^HOST is 0\.0\.0\.0, which others can reach, but AUTH_FILE is not set\. Make a token/,
        ),
      ],
    });
  });

  test("each fault of databases.yaml is named by its line, before anything is started", async () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, "databases.yaml"),
      "databases:\n  - name: a\n    url: postgres://127.0.0.1/a\n  - name: a\n    interval: often\n",
    );
    const { status, lines, program } = await refusal({ folder });
    expect(status).toBe(2);
    expect(lines.filter((line) => line.startsWith("databases.yaml:4"))).not.toEqual([]);
    expect(lines.filter((line) => line.startsWith("databases.yaml:5"))).toEqual([
      expect.stringContaining("often"),
    ]);
    expect(existsSync(join(program.dataDir, "postgres"))).toBe(false);
  });
});

test("four at once on an empty store migrate it once, and all of them serve", async () => {
  const store = await newStore();
  const shop = await testDatabase({ template: "sample" });
  databases.push(shop);
  const env = { DATABASE_URL: store.url, WATCH: shop.url };
  const programs = ["web", "poller", "worker", "all"].map((role) => launch({ env: { ...env, ROLE: role } }));
  await Promise.all(programs.map((program) => program.ready()));
  const applied = await store.db.query<{ version: number; times: number }>(
    "select version, count(*)::integer as times from schemawatch.migration group by version",
    [],
  );
  expect(applied.length).toBeGreaterThan(0);
  expect(applied.every(({ times }) => times === 1)).toBe(true);
  await until(
    "the first look",
    10_000,
    async () => (await store.db.query("select from schemawatch.snapshot", [])).length === 1,
  );
  for (const program of programs) program.signal("SIGTERM");
  expect(await Promise.all(programs.map((program) => program.exited))).toEqual([0, 0, 0, 0]);
  expect(programs.map((program) => program.err())).toEqual(["", "", "", ""]);
});

/** Root may write everywhere, so it becomes someone who may not. */
function asNormalUser(command: readonly string[]): string[] {
  if (process.getuid?.() !== 0) return [...command];
  return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...command];
}

/** With a disk of 8 MB at the folder that only this command sees, and that goes with it. */
function onSmallDisk(folder: string, command: readonly string[]): string[] {
  const mount = `mount -t tmpfs -o size=8m,mode=755 tmpfs ${folder} && exec "$@"`;
  return [...OWN_MOUNTS, "sh", "-c", mount, "sh", ...command];
}

function canMount(): boolean {
  const folder = newFolder();
  mkdirSync(join(folder, "disk"));
  return Bun.spawnSync(onSmallDisk(join(folder, "disk"), ["true"])).success;
}

/** Mounts of the command's own; root needs no user namespace for them. */
const OWN_MOUNTS = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-rm"];
