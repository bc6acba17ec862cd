import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AppError } from "../errors.ts";
import { connect } from "../postgres/client.ts";
import { serverAccount, spawnAs } from "./account.ts";
import { isAlive, readText } from "./process.ts";
import { type EmbeddedServer, startEmbedded } from "./server.ts";

// Starting a server takes its time on a busy machine.
setDefaultTimeout(60_000);

const running: EmbeddedServer[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-embedded-"));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return join(folder, "postgres");
}

async function start(dataDir: string, port?: number): Promise<EmbeddedServer> {
  const server = await startEmbedded({ dataDir, ...(port === undefined ? {} : { port }) });
  running.push(server);
  return server;
}

async function ask(server: EmbeddedServer, text: string): Promise<unknown[]> {
  const url = server.url("postgres");
  const db = connect({ url, applicationName: "embedded test", maxConnections: 1, deadlineMs: 5000 });
  try {
    return await db.query(text);
  } finally {
    await db.close();
  }
}

async function refusal(dataDir: string): Promise<AppError> {
  return startEmbedded({ dataDir }).then(
    async (server) => {
      await server.stop();
      throw new Error("it started");
    },
    (error: AppError) => error,
  );
}

test("data, password and port stay between starts, which are quick", async () => {
  const dataDir = newFolder();
  // Idle, it takes 0.7 s and 0.05 s; a busy machine is allowed more.
  let begin = performance.now();
  const first = await start(dataDir);
  expect(performance.now() - begin).toBeLessThan(15_000);
  await ask(first, "create table kept as select 7 as value");
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  begin = performance.now();
  const second = await start(dataDir);
  expect(performance.now() - begin).toBeLessThan(5000);
  expect(second.url("postgres")).toBe(first.url("postgres"));
  expect(await ask(second, "select value from kept")).toEqual([{ value: 7 }]);
});

test("it listens on loopback only, asks for the password, and keeps fsync on", async () => {
  const server = await start(newFolder());
  expect(await ask(server, "select current_setting('listen_addresses') as at")).toEqual([
    { at: "127.0.0.1" },
  ]);
  expect(await ask(server, "show fsync")).toEqual([{ fsync: "on" }]);
  expect(
    await ask(server, "select count(*)::int as open from pg_hba_file_rules where auth_method = 'trust'"),
  ).toEqual([{ open: 0 }]);
});

test("Ctrl-C in the terminal does not reach it: it has a session of its own", async () => {
  const server = await start(newFolder());
  const session = (pid: number) => readText(`/proc/${pid}/stat`).split(") ")[1]?.split(" ")[3];
  expect(session(server.pid)).toBeTruthy();
  expect(session(server.pid)).not.toBe(session(process.pid));
});

test("a server left by a killed process is attached to, and stopped by who attached", async () => {
  const dataDir = newFolder();
  const module = join(import.meta.dir, "server.ts");
  const script = `const { startEmbedded } = await import(${JSON.stringify(module)});
    await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} }); process.kill(process.pid, "SIGKILL");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "ignore", stderr: "inherit" });
  await child.exited;
  const pid = Number(readText(join(dataDir, "cluster", "postmaster.pid")).split("\n")[0]);
  const server = await start(dataDir);
  expect(server.pid).toBe(pid);
  await server.stop();
  expect(isAlive(pid)).toBe(false);
});

test("who attaches to the server of a live process leaves it running", async () => {
  const dataDir = newFolder();
  const owner = await start(dataDir);
  const guest = await start(dataDir);
  expect(guest.pid).toBe(owner.pid);
  await guest.stop();
  expect(await ask(owner, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a server that is just stopping is waited for, and started again", async () => {
  const dataDir = newFolder();
  const first = await start(dataDir);
  await ask(first, "create table kept as select 7 as value");
  // It says so at once, and takes its time: a smart stop waits for the session that is open.
  const url = first.url("postgres");
  const db = connect({ url, applicationName: "embedded test", maxConnections: 1, deadlineMs: 5000 });
  await db.query("select 1");
  process.kill(first.pid, "SIGTERM");
  const pidFile = join(dataDir, "cluster", "postmaster.pid");
  while (!readText(pidFile).includes("stopping")) await Bun.sleep(5);
  const starting = start(dataDir);
  await Bun.sleep(200);
  await db.close();
  const second = await starting;
  expect(second.pid).not.toBe(first.pid);
  expect(await ask(second, "select value from kept")).toEqual([{ value: 7 }]);
});

test("a postmaster.pid that names a stranger is stale", async () => {
  const dataDir = newFolder();
  const first = await start(dataDir);
  await first.stop();
  writeFileSync(join(dataDir, "cluster", "postmaster.pid"), `${process.pid}\n${dataDir}\n0\n${first.port}\n`);
  const second = await start(dataDir);
  expect(second.pid).not.toBe(process.pid);
});

test("a port that was taken meanwhile gives way to another; one that was asked for is insisted on", async () => {
  const dataDir = newFolder();
  const first = await start(dataDir);
  await first.stop();
  const squatter = createServer().listen(first.port, "127.0.0.1");
  try {
    expect(await startEmbedded({ dataDir, port: first.port }).catch((error: AppError) => error.code)).toBe(
      "conflict",
    );
    const second = await start(dataDir);
    expect(second.port).not.toBe(first.port);
    expect(await ask(second, "select 1 as one")).toEqual([{ one: 1 }]);
  } finally {
    squatter.close();
  }
});

test("a folder of another major version, a damaged one, and a lost password are told apart", async () => {
  const dataDir = newFolder();
  await (await start(dataDir)).stop();
  const version = join(dataDir, "cluster", "PG_VERSION");
  const ours = readText(version);
  writeFileSync(version, "15\n");
  expect((await refusal(dataDir)).message).toMatch(/is of PostgreSQL 15, the embedded one is \d+/);
  writeFileSync(version, ours);
  rmSync(join(dataDir, "cluster", "postmaster.pid"), { force: true });
  truncateSync(join(dataDir, "cluster", "global", "pg_control"), 100);
  const damaged = await refusal(dataDir);
  expect([damaged.code, damaged.message]).toEqual(["conflict", expect.stringContaining("is damaged")]);
  rmSync(join(dataDir, "server.json"));
  expect((await refusal(dataDir)).message).toContain("with the server's password, is missing");
});

test("a start that is given up leaves no server behind", async () => {
  const dataDir = newFolder();
  await (await start(dataDir)).stop();
  await startEmbedded({ dataDir, signal: AbortSignal.abort() }).then(
    (server) => server.stop(),
    (error: AppError) => expect(error.code).toBe("timeout"),
  );
  await Bun.sleep(100);
  expect(readText(join(dataDir, "cluster", "postmaster.pid"))).toBe("");
});

if (process.getuid?.() === 0) {
  test("root runs it as another user, in a folder only root may enter too", async () => {
    const closed = mkdtempSync(join(tmpdir(), "schemawatch-closed-"));
    folders.push(closed);
    expect(Bun.spawnSync(["stat", "-c", "%a", closed]).stdout.toString()).toBe("700\n");
    const server = await start(join(closed, "deep", "postgres"));
    expect(readText(`/proc/${server.pid}/status`)).toMatch(/^Uid:\t65534\t/m);
  });

  test("root's umask does not keep that user out", async () => {
    const before = process.umask(0o077);
    try {
      const dataDir = newFolder();
      chmodSync(dirname(dataDir), 0o755);
      await start(join(dirname(dataDir), "new", "folders", "postgres"));
    } finally {
      process.umask(before);
    }
  });

  test("the right to pass closed folders holds for access(2) too, which PostgreSQL asks about its programs", async () => {
    const closed = mkdtempSync(join(tmpdir(), "schemawatch-closed-"));
    folders.push(closed);
    writeFileSync(join(closed, "file"), "");
    const account = serverAccount([join(closed, "data")]);
    if (!account) throw new Error("root needs an account");
    expect(account.passEverywhere).toBe(true);
    for (const [passEverywhere, status] of [
      [true, 0],
      [false, 1],
    ] as const) {
      const child = spawnAs({ ...account, passEverywhere }, "test", ["-r", join(closed, "file")], {
        stdio: [],
      });
      expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(status);
    }
  });

  test("where root cannot lend that right, it keeps server and data where another user may go", async () => {
    const shelter = "/var/lib/schemawatch";
    const before = existsSync(shelter);
    const closed = mkdtempSync(join(tmpdir(), "schemawatch-closed-"));
    const bin = newFolder();
    folders.push(closed);
    mkdirSync(bin);
    symlinkSync(Bun.which("id") ?? "", join(bin, "id"));
    symlinkSync(Bun.which("sh") ?? "", join(bin, "sh"));
    const module = join(import.meta.dir, "server.ts");
    const script = `const { startEmbedded } = await import(${JSON.stringify(module)});
      const server = await startEmbedded({ dataDir: ${JSON.stringify(join(closed, "postgres"))} });
      console.log((await Bun.file("/proc/" + server.pid + "/cmdline").text()).split("\\0")[2]);
      await server.stop();`;
    const child = Bun.spawn([process.execPath, "-e", script], { env: { PATH: bin }, stderr: "inherit" });
    const dataDir = (await new Response(child.stdout).text()).trim();
    expect(dataDir).toStartWith(`${shelter}/data/`);
    rmSync(before ? dirname(dataDir) : shelter, { recursive: true, force: true });
  });

  test("root runs it as the owner of the folder, where that is a user with a name", async () => {
    for (const [owner, runner] of [
      ["daemon", Bun.spawnSync(["id", "-u", "daemon"]).stdout.toString().trim()],
      ["12345", "65534"],
    ] as const) {
      const dataDir = newFolder();
      mkdirSync(dataDir);
      Bun.spawnSync(["chown", owner, dataDir]);
      const server = await start(dataDir);
      expect(readText(`/proc/${server.pid}/status`)).toContain(`\nUid:\t${runner}\t`);
    }
  });
}
