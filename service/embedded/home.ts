import { createHash, randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { type Account, canLendPassing, serverAccount } from "./account.ts";
import { type Binaries, postgresBinaries } from "./binaries.ts";
import { freePort, isFree } from "./port.ts";

/** Where one embedded server lives: its folder of ours, with the cluster and what we remember about it. */
export interface Home {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** PostgreSQL's own data folder. */
  readonly cluster: string;
  readonly logFile: string;
  /** Says which process answers for the running server. */
  readonly ownerFile: string;
  /** Remembers password and port. */
  readonly memoryFile: string;
}

export interface Memory {
  readonly password: string;
  readonly port: number;
}

/** Where root's servers live when their user may not enter the folder that was asked for. */
const shelter = "/var/lib/schemawatch";

/** The home in `dataDir`, which is made if needed and belongs to the account that runs the server. */
export async function openHome(dataDir: string): Promise<Home> {
  const binaries = await postgresBinaries();
  const home = makeHome(resolve(dataDir), binaries);
  if (!home.account?.passEverywhere || canLendPassing(home.account)) return home;
  // Root cannot lend its right to pass closed folders here: server and data live where another user may go.
  const key = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 16);
  return makeHome(join(shelter, "data", key), shelteredCopy(binaries));
}

function shelteredCopy(binaries: Binaries): Binaries {
  const { mtimeMs, size } = statSync(join(binaries, "bin", "postgres"));
  const key = createHash("sha256").update(`${binaries} ${mtimeMs} ${size}`).digest("hex").slice(0, 16);
  const copy = join(shelter, "postgres", key);
  if (existsSync(copy)) return copy;
  const part = `${copy}.${process.pid}`;
  mkdirSync(join(shelter, "postgres"), { recursive: true, mode: 0o755 });
  cpSync(binaries, part, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(part, copy);
  } catch {
    rmSync(part, { recursive: true, force: true }); // another process was first
  }
  return copy;
}

function makeHome(root: string, binaries: Binaries): Home {
  try {
    const owner = serverAccount([root]);
    mkdirSync(root, { recursive: true, mode: 0o755 });
    if (owner) chownSync(root, owner.uid, owner.gid);
  } catch (cause) {
    throw new AppError("forbidden", `The data folder ${root} cannot be made.`, {
      mend: "Make it yours (chown), or set DATA_DIR to a folder where you may write.",
      cause,
    });
  }
  return {
    binaries,
    // Only now, as the folders just made may be closed to others too (umask).
    account: serverAccount([root, binaries]),
    cluster: join(root, "cluster"),
    logFile: join(root, "postgres.log"),
    ownerFile: join(root, "owner"),
    memoryFile: join(root, "server.json"),
  };
}

/** The password and port of the home's server, as remembered; undefined for a new home. */
export function recall({ memoryFile }: Home): Memory | undefined {
  let text: string;
  try {
    text = readFileSync(memoryFile, "utf8");
  } catch (cause) {
    if (!existsSync(memoryFile)) return undefined;
    throw new AppError("forbidden", `There is no right to read ${memoryFile}.`, {
      mend: "Start as the user who started it first, or set DATA_DIR to a folder of your own.",
      cause,
    });
  }
  try {
    const memory = JSON.parse(text) as Partial<Memory>;
    if (typeof memory.password === "string" && Number.isInteger(memory.port)) return memory as Memory;
  } catch {
    // Falls to the error below.
  }
  throw new AppError("conflict", `${memoryFile} is damaged.`, {
    mend: "Move its folder away to begin anew; what it held is lost unless you have a copy.",
  });
}

/** Notes password and port, readable by nobody else. */
export function remember({ memoryFile, account }: Home, memory: Memory): void {
  const part = `${memoryFile}.${process.pid}`;
  writeFileSync(part, `${JSON.stringify(memory)}\n`, { mode: 0o600 });
  if (account) chownSync(part, account.uid, account.gid);
  renameSync(part, memoryFile);
}

/** 144 random bits, in letters that a URL takes as they are. */
export function newPassword(): string {
  return randomBytes(18).toString("base64url");
}

/** The port asked for, else the one used before if it is free, else any free one. Throws AppError "conflict". */
export async function choosePort(wanted: number | undefined, before: number | undefined): Promise<number> {
  if (wanted === undefined) return before !== undefined && (await isFree(before)) ? before : freePort();
  if (await isFree(wanted)) return wanted;
  throw new AppError("conflict", `Port ${wanted} on 127.0.0.1 is in use.`, {
    mend: "Stop the program that uses it, or choose another port.",
  });
}
