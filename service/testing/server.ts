import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount } from "../embedded/account.ts";
import { initCluster, superuser } from "../embedded/cluster.ts";
import { freePort } from "../embedded/port.ts";
import { launch, readPostmaster, type StopMode, stopPostmaster } from "../embedded/postmaster.ts";
import { binariesOf, type Major, usualMajor } from "./majors.ts";

/** A throwaway server for tests, on loopback. */
export interface TestServer {
  /** The URL of a database on it, as the superuser. */
  url(database?: string): string;
  readonly port: number;
  /** Its programs: bin, lib and share below it. */
  readonly binaries: string;
  readonly dataDir: string;
  /** The running postmaster's; 0 while stopped. */
  readonly pid: number;
  /** "kill" is SIGKILL to the postmaster, whose children then end by themselves; resolves when it is gone. */
  stop(mode: StopMode | "kill"): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

const password = "test";

/** What makes tests fast: nothing here must survive a power cut. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "300",
  max_wal_size: "1GB",
  autovacuum: "off",
  jit: "off",
};

/** Older servers know no built-in locale; theirs sorts the same. */
const localeOf = (major: Major) => (major < 17 ? ["--locale=C"] : undefined);

export interface ServerChoice {
  readonly major?: Major;
  /** A server of that major, started: the new one is its streaming standby. It is restarted for that. */
  readonly standbyOf?: TestServer;
}

/** Starts a server of its own for the caller, with more settings; it ends with this process at the latest. */
export async function testServer(
  extra: Readonly<Record<string, string>> = {},
  { major = usualMajor(), standbyOf }: ServerChoice = {},
): Promise<TestServer> {
  const home = mkdtempSync(join(tmpdir(), "schemawatch-test-"));
  chmodSync(home, 0o711);
  const dataDir = join(home, "data");
  endWithUs(home, dataDir);
  const binaries = await binariesOf(major);
  const account = serverAccount([dataDir, binaries]);
  const follow = standbyOf && (await copyForStandby(standbyOf, dataDir));
  if (!follow) await initCluster(binaries, account, dataDir, password, localeOf(major));
  const port = freePort();
  let pid = 0;
  const start = async () => {
    const postmaster = await launch({
      binaries,
      account,
      dataDir,
      port,
      settings: { ...settings, ...follow, ...extra },
      logFile: join(home, "log"),
      deadlineMs: 20_000,
    });
    pid = postmaster.pid;
  };
  const stop = async (mode: StopMode | "kill") => {
    const running = pid;
    pid = 0;
    if (mode !== "kill") return stopPostmaster(running, mode, 5000);
    process.kill(running, "SIGKILL");
    while (readPostmaster(dataDir)) await Bun.sleep(5);
  };
  await start();
  return {
    url: (database = "postgres") => `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    port,
    binaries,
    dataDir,
    get pid() {
      return pid;
    },
    start,
    stop,
    remove: async () => {
      if (pid) await stop("immediate");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Copies a server's data for a standby of it, with its owner, and returns the standby's settings. */
async function copyForStandby(primary: TestServer, dataDir: string): Promise<Record<string, string>> {
  await primary.stop("fast");
  const copied = Bun.spawnSync(["cp", "-a", primary.dataDir, dataDir]);
  if (copied.exitCode !== 0) throw new Error(`the data could not be copied: ${copied.stderr}`);
  writeFileSync(join(dataDir, "standby.signal"), "");
  await primary.start();
  const { hostname, port, username } = new URL(primary.url());
  return { primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}` };
}

/**
 * However this process ends, the server ends and its folder goes: a shell waits for our end. It is nobody's child, as
 * the test runner kills the children of a test that is late.
 */
function endWithUs(home: string, dataDir: string): void {
  const wait = `
    while kill -0 "$3" 2>/dev/null; do sleep 0.3; done
    pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.2; done`;
  spawn("sh", ["-c", `(${wait}) &`, "sh", home, dataDir, String(process.pid)], {
    stdio: "ignore",
    detached: true,
    cwd: "/",
  }).unref();
}
