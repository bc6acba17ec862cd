import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serverAccount } from "../../../service/embedded/account.ts";
import { postgresBinaries } from "../../../service/embedded/binaries.ts";
import { initCluster, superuser } from "../../../service/embedded/cluster.ts";
import { launch, readPostmaster, stopPostmaster } from "../../../service/embedded/postmaster.ts";
import { selfSigned } from "../../../service/testing/certificate.ts";

/** PostgreSQL's own port: the network policy to-postgres lets no other out. */
const PORT = 5432;

/** The name by which the cluster knows the server; its DNS says the host's address (`.test` is reserved, RFC 6761). */
export const MANAGED_HOST = "database.schemawatch.test";

/**
 * Starts the server that stands for a managed database: real PostgreSQL outside of the cluster, on the address by which
 * pods reach this machine, with TLS. Keeps its data in `folder`; does nothing when it runs already. Returns its
 * superuser's URL, for use from this machine.
 */
export async function startManagedDatabase(folder: string, address: string): Promise<string> {
  const dataDir = join(folder, "data");
  const password = makePassword(folder);
  if (readPostmaster(dataDir) === undefined) {
    const binaries = await postgresBinaries();
    const account = serverAccount([dataDir, binaries]);
    if (!existsSync(dataDir)) {
      await initCluster(binaries, account, dataDir, password);
      const { cert, key } = selfSigned(MANAGED_HOST);
      for (const [name, content] of [
        ["server.crt", cert],
        ["server.key", key],
        ["pg_hba.conf", "local all all scram-sha-256\nhostssl all all all scram-sha-256\n"],
      ] as const) {
        const path = join(dataDir, name);
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
  return `postgres://${superuser}:${password}@${address}:${PORT}/postgres?sslmode=require`;
}

/** Stops it; does nothing when it does not run. */
export async function stopManagedDatabase(folder: string): Promise<void> {
  const running = readPostmaster(join(folder, "data"));
  if (running !== undefined) await stopPostmaster(running.pid, "immediate", 5_000);
}

/** Made once, and kept beside the data. */
function makePassword(folder: string): string {
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
