import type { ChildProcess } from "node:child_process";
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Account, spawnAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { serverFault } from "./faults.ts";

/** The superuser of every embedded server. */
export const superuser = "schemawatch";

/** The built-in C.UTF-8 locale: the same order on every machine. PostgreSQL 17 and newer know it. */
const BUILT_IN = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];

/**
 * Makes a new cluster in the folder, owned by the account: UTF-8, that locale, a password for every way in. The folder
 * appears only when the cluster is whole. Throws AppError.
 */
export async function initCluster(
  binaries: Binaries,
  account: Account | undefined,
  dataDir: string,
  password: string,
  locale: readonly string[] = BUILT_IN,
): Promise<void> {
  const part = `${dataDir}.new`;
  const pwfile = `${dataDir}.password`;
  rmSync(part, { recursive: true, force: true });
  try {
    mkdirSync(part, { mode: 0o700 });
    writeFileSync(pwfile, password, { mode: 0o600 });
    if (account) {
      chownSync(part, account.uid, account.gid);
      chownSync(pwfile, account.uid, account.gid);
    }
    const access = ["-U", superuser, "-A", "scram-sha-256", `--pwfile=${pwfile}`];
    const args = ["-D", part, ...access, "-E", "UTF8", ...locale, "--no-sync", "--no-instructions"];
    const child = spawnAs(account, join(binaries, "bin", "initdb"), args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { status, output } = await finished(child);
    if (status !== 0) throw serverFault(output, dataDir, "PostgreSQL's data folder could not be made");
    renameSync(part, dataDir);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(pwfile, { force: true });
  }
}

/** Resolves to the exit status and the end of what the program wrote. */
function finished(child: ChildProcess): Promise<{ status: number | null; output: string }> {
  let output = "";
  const keep = (data: Buffer) => {
    output = (output + data.toString()).slice(-8000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}
