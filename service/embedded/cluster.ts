import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { type Account, spawnAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { serverFault } from "./faults.ts";

/** The superuser of every embedded server. */
export const superuser = "schemawatch";

/** True when the folder holds a database cluster. */
export function isCluster(dataDir: string): boolean {
  return existsSync(join(dataDir, "PG_VERSION"));
}

/** Throws AppError "conflict" when the cluster is of another major version than the binaries. */
export function assertMajor(dataDir: string, major: string): void {
  const found = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim();
  if (found === major) return;
  throw new AppError(
    "conflict",
    `The data folder ${dataDir} is of PostgreSQL ${found || "?"}, this is ${major}.`,
    {
      mend: "Move that folder away to begin anew, or set DATABASE_URL to a server of that version.",
    },
  );
}

/**
 * Makes a new cluster in the folder, owned by the account: UTF-8, the built-in C.UTF-8 locale (the same order on every
 * machine), a password for every way in. Half a cluster is removed again. Throws AppError.
 */
export async function initCluster(
  binaries: Binaries,
  account: Account | undefined,
  dataDir: string,
  password: string,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  chmodSync(dataDir, 0o700);
  const pwfile = `${dataDir}.pw`;
  writeFileSync(pwfile, password, { mode: 0o600 });
  if (account) {
    chownSync(dataDir, account.uid, account.gid);
    chownSync(pwfile, account.uid, account.gid);
  }
  const args = [
    "-D",
    dataDir,
    "-U",
    superuser,
    "-A",
    "scram-sha-256",
    `--pwfile=${pwfile}`,
    "-E",
    "UTF8",
    "-N",
  ];
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"];
  try {
    const child = spawnAs(account, join(binaries, "bin", "initdb"), [...args, ...locale], {
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      env: serverEnv(),
    });
    const { status, output } = await finished(child);
    if (status !== 0) throw serverFault(output, dataDir, "PostgreSQL's data folder could not be made");
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error instanceof AppError ? error : serverFault(String(error), dataDir, "initdb did not start");
  } finally {
    rmSync(pwfile, { force: true });
  }
}

/** Nothing of our own environment (PG*, LD_*) may steer the server. */
export function serverEnv(): Record<string, string> {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

async function finished(child: ChildProcess): Promise<{ status: number | null; output: string }> {
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
