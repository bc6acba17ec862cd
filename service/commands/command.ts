import type { CommandIo } from "./io.ts";

/** One command of the program: `schemawatch NAME …`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What --help prints: usage, options, examples. */
  readonly help: string;
  /** Resolves to the exit status (exit.ts); throws AppError for what went wrong. */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}
