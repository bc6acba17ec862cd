import { writeSync } from "node:fs";
import pino from "pino";
import { wantsColor } from "./config/terminal.ts";
import type { Role } from "./config/types.ts";
import type { Logger, LogOptions } from "./log.ts";
import { formatForPeople } from "./log-format.ts";
import { HIDDEN, hideUrlPasswords } from "./secrets.ts";

export interface LoggerOptions extends LogOptions {
  /** Told in every line, until a child has a `role` of its own. */
  readonly role: Role;
  /** Whether readable lines are coloured; by default where standard output is a terminal that wants colours. */
  readonly color?: boolean;
  /** Takes each finished line with its newline; by default standard output. */
  readonly write?: (line: string) => void;
}

/**
 * The process's logger: JSON lines (`time` in ISO 8601 UTC, `level` as a word, `role`, `msg`, fields), or readable
 * ones. Written synchronously, so that no line is lost when the process ends. Errors under `error` or `err` carry
 * their stack and causes. Passwords in URLs and fields that are named like secrets do not come through.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { write = writeOut, color = wantsColor(process.stdout) } = options;
  const root = pino(
    {
      level: options.logLevel,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: serializeError, err: serializeError },
      redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`]), censor: HIDDEN },
    },
    {
      write: (line: string) => {
        const safe = hideUrlPasswords(line);
        write(options.logFormat === "json" ? safe : formatForPeople(safe, color));
      },
    },
  );
  const log = root.child({ role: options.role });
  return {
    debug: log.debug.bind(log),
    info: log.info.bind(log),
    warn: log.warn.bind(log),
    error: log.error.bind(log),
    // pino writes a field of a child beside the same one of its parent; a JSON line must have `role` once.
    child: (fields) => ("role" in fields ? root : log).child(fields),
  };
}

const SECRETS = ["password", "secret", "token", "authorization", "cookie"];

function serializeError(error: unknown): unknown {
  return error instanceof Error ? pino.stdSerializers.errWithCause(error) : error;
}

/** A reader that went away (a closed terminal) is no reason to fail; a full pipe is waited for. */
function writeOut(line: string): void {
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      Bun.sleepSync(1);
    }
  }
}
