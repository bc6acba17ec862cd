import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import { type Account, spawnAs } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { serverFault } from "./faults.ts";
import { isAlive, isKnown, isPostgres, readText } from "./process.ts";

/** How a server is stopped: fast ends the sessions and writes a checkpoint, immediate is a crash it recovers from. */
export type StopMode = "fast" | "immediate";

/** What postmaster.pid says (PostgreSQL's pidfile.h): its first line is the pid, the 4th the port, the 8th the state. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

export interface LaunchOptions {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly dataDir: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Where the server writes its log; emptied first. */
  readonly logFile: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** A server whose start is given up has this long to end its processes. */
const GIVE_UP_MS = 5000;

/** The live server of a data folder, or undefined. A pid that now belongs to another program does not count. */
export function readPostmaster(dataDir: string): Postmaster | undefined {
  const lines = readText(join(dataDir, "postmaster.pid")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isPostgres(pid)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** Starts the server and waits until it takes connections. Throws AppError with the mend when it gives up. */
export async function launch(options: LaunchOptions): Promise<Postmaster> {
  const { dataDir, logFile, deadlineMs } = options;
  const end = performance.now() + deadlineMs;
  for (;;) {
    const pid = await spawnServer(options);
    while (isAlive(pid)) {
      const postmaster = readPostmaster(dataDir);
      if (postmaster?.ready && postmaster.pid === pid) return postmaster;
      if (options.signal?.aborted || performance.now() > end) {
        await stopPostmaster(pid, "immediate", GIVE_UP_MS);
        throw new AppError("timeout", `PostgreSQL did not start within ${deadlineMs} ms (${dataDir}).`, {
          mend: `See ${logFile}.`,
        });
      }
      await Bun.sleep(10);
    }
    const said = readText(logFile);
    // The sessions of a killed server end by themselves, within a moment; until then nobody else may touch the data.
    const retry = said.includes("pre-existing shared memory block") && performance.now() < end;
    if (!retry) throw serverFault(said, dataDir, "PostgreSQL did not start");
    await Bun.sleep(50);
  }
}

/**
 * Starts the server as nobody's child, by a shell that ends at once, and resolves to its pid: the test runner kills
 * the children of a test that is late, and the server that all tests share must not be among them.
 */
async function spawnServer(options: LaunchOptions): Promise<number> {
  const { binaries, account, dataDir, port, settings, logFile } = options;
  removeMisleadingPid(dataDir);
  const args = ["-D", dataDir, "-p", String(port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  // Made anew, as the one of a start by another user could not be opened.
  rmSync(logFile, { force: true });
  const log = openSync(logFile, "w", 0o600);
  const shell = ["-c", '"$@" >&2 & echo $!', "sh", join(binaries, "bin", "postgres"), ...args];
  const child = spawnAs(account, "/bin/sh", shell, { stdio: ["ignore", "pipe", log] });
  closeSync(log);
  let answer = "";
  child.stdout?.on("data", (data: Buffer) => {
    answer += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      const pid = Number(answer);
      if (pid > 0) resolve(pid);
      else reject(serverFault(readText(logFile), dataDir, "PostgreSQL did not start"));
    });
  });
}

/**
 * PostgreSQL removes a stale postmaster.pid by itself, unless the pid in it is still known: as another program's by now,
 * or as the dead server's where nobody collects the dead (containers without an init).
 */
function removeMisleadingPid(dataDir: string): void {
  const file = join(dataDir, "postmaster.pid");
  const pid = Number(readText(file).split("\n")[0]);
  if (pid > 1 && isKnown(pid) && !isPostgres(pid)) rmSync(file, { force: true });
}

/** Stops a server and waits for its end: as asked first, immediately after `deadlineMs`, and by force after as long again. */
export async function stopPostmaster(pid: number, mode: StopMode, deadlineMs: number): Promise<void> {
  const signals =
    mode === "fast" ? (["SIGINT", "SIGQUIT", "SIGKILL"] as const) : (["SIGQUIT", "SIGKILL"] as const);
  for (const signal of signals) {
    const end = performance.now() + deadlineMs;
    // Again and again, as one that is just starting may not hear the first.
    for (let again = 0; performance.now() < end; again += 1) {
      if (!isAlive(pid)) return;
      if (again % 20 === 0) process.kill(pid, signal);
      await Bun.sleep(10);
    }
  }
}
