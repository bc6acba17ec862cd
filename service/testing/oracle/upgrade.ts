import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount, spawnAs } from "../../embedded/account.ts";
import { initCluster, superuser } from "../../embedded/cluster.ts";
import { freePort } from "../../embedded/port.ts";
import { launch, stopPostmaster } from "../../embedded/postmaster.ts";
import { installations } from "../clients.ts";

const PASSWORD = "test";
const LOCALE = ["--locale=C"];

export interface Upgraded<T> {
  /** What `fill` returned on the older server. */
  readonly before: T;
  /** The database on the newer one. */
  readonly url: string;
  remove(): Promise<void>;
}

/** Starts a server of 16, has it filled, stops it, makes a server of 18 of it with pg_upgrade, and starts that. */
export async function upgraded<T>(fill: (url: string) => Promise<T>): Promise<Upgraded<T>> {
  const { 16: older, 18: newer } = await installations();
  const home = mkdtempSync(join(tmpdir(), "schemawatch-upgrade-"));
  chmodSync(home, 0o711);
  const work = join(home, "work");
  const [oldData, newData] = [join(home, "old"), join(home, "new")];
  const account = serverAccount([oldData, older, newer]);
  mkdirSync(work);
  if (account) chownSync(work, account.uid, account.gid);
  await initCluster(older, account, oldData, PASSWORD, LOCALE);
  // Both must agree on checksums, which 18 would turn on.
  await initCluster(newer, account, newData, PASSWORD, [...LOCALE, "--no-data-checksums"]);
  const port = freePort();
  const url = `postgres://${superuser}:${PASSWORD}@127.0.0.1:${port}/postgres`;
  const start = (binaries: string, dataDir: string) =>
    launch({
      binaries,
      account,
      dataDir,
      port,
      settings: { listen_addresses: "127.0.0.1", unix_socket_directories: "", fsync: "off" },
      logFile: join(home, "log"),
      deadlineMs: 20_000,
    });
  try {
    const first = await start(older, oldData);
    const before = await fill(url).finally(() => stopPostmaster(first.pid, "fast", 10_000));
    const script = `cd "$1" && PGPASSWORD=${PASSWORD} "$2/bin/pg_upgrade" --username ${superuser} --old-bindir "$3/bin" --new-bindir "$2/bin" --old-datadir "$4" --new-datadir "$5" --socketdir "$1" --no-sync`;
    const child = spawnAs(account, "/bin/sh", ["-c", script, "sh", work, newer, older, oldData, newData], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    child.stdout?.on("data", (data) => (said += data));
    child.stderr?.on("data", (data) => (said += data));
    const status = await new Promise((resolve) => child.once("close", resolve));
    if (status !== 0) throw new Error(`pg_upgrade ended with ${status}: ${said}`);
    const second = await start(newer, newData);
    return {
      before,
      url,
      remove: async () => {
        await stopPostmaster(second.pid, "immediate", 5000);
        rmSync(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}
