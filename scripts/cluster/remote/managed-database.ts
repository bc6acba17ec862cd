import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serverAccount } from "../../../service/embedded/account.ts";
import { postgresBinaries } from "../../../service/embedded/binaries.ts";
import { initCluster, superuser } from "../../../service/embedded/cluster.ts";
import { launch } from "../../../service/embedded/postmaster.ts";
import { AppError } from "../../../service/errors.ts";
import { selfSigned } from "../../../service/testing/certificate.ts";
import { ask } from "../client/sql.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster, ClusterFacts } from "../types.ts";

/** PostgreSQL's own port: the network policy to-postgres lets no other out. */
const PORT = 5432;

/**
 * Runs the server that stands for a managed database: real PostgreSQL outside of the cluster, on the address by which
 * pods reach this machine, with TLS. Its data stays in `folder`. Resolves when it takes connections.
 */
async function serve(folder: string, address: string, name: string): Promise<void> {
  const dataDir = join(folder, "data");
  const binaries = await postgresBinaries();
  const account = serverAccount([dataDir, binaries]);
  if (!existsSync(dataDir)) {
    await initCluster(binaries, account, dataDir, readPassword(folder));
    const { cert, key } = selfSigned(name);
    const files = {
      "server.crt": cert,
      "server.key": key,
      "pg_hba.conf": "hostssl all all all scram-sha-256\n",
    };
    for (const [file, content] of Object.entries(files)) {
      const path = join(dataDir, file);
      writeFileSync(path, content, { mode: 0o600 });
      if (account !== undefined) chownSync(path, account.uid, account.gid);
    }
  }
  await launch({
    binaries,
    account,
    dataDir,
    port: PORT,
    settings: {
      listen_addresses: address,
      unix_socket_directories: "",
      ssl: "on",
      // A throwaway server on a busy machine.
      fsync: "off",
      shared_buffers: "64MB",
      max_connections: "300",
    },
    logFile: join(folder, "log"),
    deadlineMs: 60_000,
  });
}

/** Starts the managed database of a cluster, whose end ends it, and waits until it takes connections. */
export async function startManagedDatabase(cluster: Cluster): Promise<void> {
  const folder = folderOf(cluster);
  readPassword(folder);
  const { hostAddress, hostName } = cluster;
  const command = [process.execPath, import.meta.path, folder, hostAddress, hostName];
  await cluster.start({ name: "database", command, network: "host" });
  await waitFor("the managed database", 60_000, async () => {
    try {
      return await ask(managedUrl(cluster), "select 1 as one");
    } catch (error) {
      if (error instanceof AppError && error.code === "unavailable") return undefined;
      throw error;
    }
  });
}

/** The URL of a database of the managed server, as its superuser, for use from this machine. */
export function managedUrl(cluster: ClusterFacts, database = "postgres"): string {
  const password = readPassword(folderOf(cluster));
  return `postgres://${superuser}:${password}@${cluster.hostAddress}:${PORT}/${database}?sslmode=require`;
}

function folderOf({ folder }: ClusterFacts): string {
  return join(folder, "managed");
}

/** Made once, and kept beside the data. */
function readPassword(folder: string): string {
  const file = join(folder, "password");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    // The server's own user passes through it.
    chmodSync(folder, 0o711);
    writeFileSync(file, Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url"), {
      mode: 0o600,
    });
  }
  return readFileSync(file, "utf8");
}

if (import.meta.main) {
  const [folder = "", address = "", name = ""] = Bun.argv.slice(2);
  await serve(folder, address, name);
  // The server is a process of its own; this one stands for it while the cluster lives.
  setInterval(() => {}, 60_000);
}
