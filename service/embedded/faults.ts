import { AppError } from "../errors.ts";

interface Fault {
  readonly sign: RegExp;
  readonly code: "unavailable" | "forbidden" | "conflict";
  readonly message: (dataDir: string) => string;
  readonly mend: string;
}

/** What PostgreSQL and initdb write for faults that a person can mend; the first that matches is meant. */
const faults: readonly Fault[] = [
  {
    sign: /No space left on device|ENOSPC/,
    code: "unavailable",
    message: (dataDir) => `The disk is full: PostgreSQL cannot write to ${dataDir}.`,
    mend: "Free some space there (100 MB are enough to begin with).",
  },
  {
    sign: /Permission denied|EACCES|EPERM|wrong ownership|invalid permissions|Operation not permitted/,
    code: "forbidden",
    message: (dataDir) => `There is no right to use the data folder ${dataDir}.`,
    mend: "Make it yours (chown), or remove it to begin anew, or choose another folder.",
  },
  {
    sign: /database files are incompatible|was initialized by PostgreSQL version/,
    code: "conflict",
    message: (dataDir) => `The data folder ${dataDir} is of another PostgreSQL version.`,
    mend: "Move that folder away to begin anew, or set DATABASE_URL to a server of that version.",
  },
  {
    sign: /Address already in use/,
    code: "conflict",
    message: () => "The embedded PostgreSQL's port is in use.",
    mend: "Stop the program that uses it, and start again.",
  },
  {
    sign: /could not open file "(?:global|base|pg_|PG_)|not a database cluster directory|invalid (?:magic|checkpoint|contents)|incorrect checksum|could not locate a valid checkpoint|PANIC|not a valid data directory|could not find the database system|could not read/,
    code: "conflict",
    message: (dataDir) => `The data folder ${dataDir} is damaged.`,
    mend: "Move that folder away to begin anew; what it held is lost unless you have a copy.",
  },
];

/** The AppError for what a server or initdb said before it gave up. */
export function serverFault(output: string, dataDir: string, what: string): AppError {
  const fault = faults.find(({ sign }) => sign.test(output));
  const cause = new Error(output.trim().slice(-2000));
  if (fault) return new AppError(fault.code, fault.message(dataDir), { mend: fault.mend, cause });
  const line = output
    .trim()
    .split("\n")
    .findLast((text) => /FATAL|PANIC|error|Error/.test(text));
  return new AppError("unavailable", `${what} (${dataDir})${line ? `: ${line.trim()}` : ""}.`, {
    mend: "See the log beside the data folder, or set DATABASE_URL to a server of yours.",
    cause,
  });
}
