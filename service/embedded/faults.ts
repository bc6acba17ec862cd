import { AppError, type ErrorCode } from "../errors.ts";

interface Fault {
  readonly sign: RegExp;
  readonly code: ErrorCode;
  readonly message: (dataDir: string, found: RegExpExecArray) => string;
  readonly mend: string;
}

/** What PostgreSQL, initdb and the system say for faults that a person can mend; the first that matches is meant. */
const faults: readonly Fault[] = [
  {
    sign: /No space left on device|ENOSPC/,
    code: "unavailable",
    message: (dataDir) => `The disk is full: PostgreSQL cannot write to ${dataDir}.`,
    mend: "Free some space there (100 MB are enough to begin with), or set DATA_DIR to another disk.",
  },
  {
    sign: /was initialized by PostgreSQL version (\d+).* version (\d+)/,
    code: "conflict",
    message: (dataDir, [, theirs, ours]) =>
      `The data folder ${dataDir} is of PostgreSQL ${theirs}, the embedded one is ${ours}.`,
    mend: "Move that folder away to begin anew, or set DATABASE_URL to a server of that version.",
  },
  {
    sign: /could not look up effective user ID (\d+)/,
    code: "unavailable",
    message: (_, [, uid]) => `PostgreSQL needs a user with a name, and this machine knows none for ${uid}.`,
    mend: "Start as a user of /etc/passwd, or set DATABASE_URL to a server of yours.",
  },
  {
    sign: /lock file "postmaster.pid" already exists|ENOTEMPTY/,
    code: "conflict",
    message: (dataDir) => `Another server uses the data folder ${dataDir}.`,
    mend: "Stop it, or start again to attach to it.",
  },
  {
    sign: /Address already in use/,
    code: "conflict",
    message: () => "The embedded PostgreSQL's port was taken while it started.",
    mend: "Start again: another one is chosen.",
  },
  {
    sign: /Permission denied|EACCES|EPERM|EROFS|wrong ownership|Operation not permitted|Read-only file system/,
    code: "forbidden",
    message: (dataDir) => `There is no right to use the data folder ${dataDir}.`,
    mend: "Make it yours (chown), or remove it to begin anew, or set DATA_DIR to a folder of your own.",
  },
  {
    sign: /PANIC|could not (?:open|read) file "|could not read blocks|invalid (?:magic|checkpoint|data in)|incorrect checksum|could not locate a valid checkpoint|not a valid data directory|invalid page|could not find the database system/,
    code: "conflict",
    message: (dataDir) => `The data folder ${dataDir} is damaged.`,
    mend: "Move that folder away to begin anew; what it held is lost unless you have a copy.",
  },
];

/** The AppError for what a server or initdb said before it gave up; `what` says what was tried. */
export function serverFault(output: string, dataDir: string, what: string): AppError {
  return (
    known(output, dataDir) ??
    new AppError("unavailable", `${what} (${dataDir}): ${lastWord(output)}`, {
      mend: "See the server's log beside that folder, or set DATABASE_URL to a server of yours.",
      cause: new Error(output.trim().slice(-2000)),
    })
  );
}

/** Runs `work`; what the system refuses in it (a full disk, a missing right) becomes an AppError with the mend. */
export async function mendable<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw known(String(error), dataDir) ?? error;
  }
}

function known(output: string, dataDir: string): AppError | undefined {
  for (const { sign, code, message, mend } of faults) {
    const found = sign.exec(output);
    if (found) {
      const cause = new Error(output.trim().slice(-2000));
      return new AppError(code, message(dataDir, found), { mend, cause });
    }
  }
  return undefined;
}

function lastWord(output: string): string {
  const lines = output.trim().split("\n");
  return (lines.findLast((line) => /FATAL|error/i.test(line)) ?? lines.at(-1) ?? "").trim();
}
