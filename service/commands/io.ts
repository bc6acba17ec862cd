import { readFileSync, writeSync } from "node:fs";
import { wantsColor } from "../config/terminal.ts";
import { AppError } from "../errors.ts";

/** What a command sees of the world. */
export interface CommandIo {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths start here. */
  readonly folder: string;
  /** Whether what `print` writes may be coloured. */
  readonly color: boolean;
  /** Whether a person watches standard error: progress is shown only then. */
  readonly attended: boolean;
  /** Writes to standard output. A reader that has left (`| head`) is no error; any other failure throws AppError. */
  print(text: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  /** Overwrites the line that stands on the terminal; "" clears it. */
  progress(line: string): void;
  /** All of standard input; throws what node:fs throws. */
  readInput(): string;
}

/** The world of this process. */
export function processIo(version: string): CommandIo {
  return {
    version,
    env: process.env,
    folder: process.cwd(),
    color: wantsColor(process.stdout),
    attended: process.stderr.isTTY === true,
    print: (text) => {
      const why = writeFully(1, text);
      if (why === null || why === "EPIPE") return;
      throw new AppError("unavailable", `Standard output cannot be written (${why}).`, {
        mend: "Look at the disk or device it goes to.",
      });
    },
    warn: (line) => void writeFully(2, `${line}\n`),
    // A line that wraps could not be overwritten.
    progress: (line) => void writeFully(2, `\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`),
    readInput: () => readFileSync(0, "utf8"),
  };
}

/** Writes all of it, waiting where a pipe is full. Returns the system's error code, or null. */
function writeFully(descriptor: number, text: string): string | null {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") return code ?? "unknown";
      Bun.sleepSync(1);
    }
  }
  return null;
}
