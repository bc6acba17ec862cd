import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount, spawnAs } from "../../../service/embedded/account.ts";
import { freePort } from "../../../service/embedded/port.ts";
import { launch, stopPostmaster } from "../../../service/embedded/postmaster.ts";
import { connect } from "../../../service/postgres/client.ts";
import { largeSchema } from "./schema.ts";

/** Raised when the schema's script changes: a kept server of another one is made anew. */
const KEPT_AS = "schemawatch-bench-large-1";
const SEED = 6;

/** What a server of a company has, as far as it fits a small machine; only loading takes locks on thousands of tables. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "512MB",
  max_locks_per_transaction: "4096",
  max_wal_size: "4GB",
  autovacuum: "on",
  jit: "on",
};

/** A server with the database "large", an empty one and one for the store, and the programs of its version. */
export interface LargeServer {
  url(database: string): string;
  /** The folder of pg_dump, pgbench and psql. */
  readonly programs: string;
  stop(): Promise<void>;
}

/**
 * Starts the server with the large database. It is made once and its folder is kept for later runs on this machine.
 * Throws where no PostgreSQL with pg_dump and pgbench is installed.
 */
export async function startLarge(progress: (text: string) => void): Promise<LargeServer> {
  const installed = installedPostgres();
  const home = join(tmpdir(), KEPT_AS);
  const dataDir = join(home, "data");
  const account = serverAccount([dataDir, installed]);
  const whole = existsSync(dataDir);
  const folder = whole ? dataDir : `${dataDir}.new`;
  if (!whole) {
    progress("making a server");
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    chmodSync(home, 0o777);
    const args = ["-D", folder, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    const child = spawnAs(account, join(installed, "bin", "initdb"), args, {
      stdio: ["ignore", "ignore", "ignore"],
    });
    const status = await new Promise((resolve) => child.once("close", resolve));
    if (status !== 0) throw new Error(`initdb ended with status ${status}`);
  }
  const start = async (at: string, settings: Readonly<Record<string, string>>) => {
    const port = freePort();
    const options = { binaries: installed, account, dataDir: at, port, settings, deadlineMs: 60_000 };
    const { pid } = await launch({ ...options, logFile: join(home, "log") });
    return { pid, url: (database: string) => `postgres://bench@127.0.0.1:${port}/${database}` };
  };
  if (!whole) {
    const loading = await start(folder, {
      ...SETTINGS,
      fsync: "off",
      autovacuum: "off",
      full_page_writes: "off",
    });
    try {
      await load(loading.url, progress);
    } finally {
      await stopPostmaster(loading.pid, "fast", 60_000);
    }
    renameSync(folder, dataDir);
  }
  const server = await start(dataDir, SETTINGS);
  return {
    url: server.url,
    programs: join(installed, "bin"),
    stop: () => stopPostmaster(server.pid, "fast", 60_000),
  };
}

async function load(url: (database: string) => string, progress: (text: string) => void): Promise<void> {
  const client = (database: string) =>
    connect({ url: url(database), applicationName: "bench", maxConnections: 1, deadlineMs: 300_000 });
  const admin = client("postgres");
  for (const name of ["large", "empty"]) await admin.query(`create database ${name}`);
  await admin.close();
  const large = client("large");
  let done = 0;
  for (const text of largeSchema(SEED)) {
    progress(`making the large database, part ${++done}`);
    await large.query(text);
  }
  await large.query("vacuum (analyze)");
  await large.close();
}

/** The newest PostgreSQL as Debian installs it, with programs beside the server. */
function installedPostgres(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version))
    .find((home) => ["initdb", "pg_dump", "pgbench"].every((name) => existsSync(join(home, "bin", name))));
  if (found === undefined) throw new Error("it needs Debian's package postgresql with pg_dump and pgbench");
  return found;
}

/** Runs a program of the server's version to its end; returns the seconds it took. Throws when it fails. */
export function timeProgram(server: LargeServer, name: string, args: readonly string[]): number {
  const begun = performance.now();
  const { status, stderr } = spawnSync(join(server.programs, name), args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return (performance.now() - begun) / 1000;
}
