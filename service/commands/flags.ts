import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { AppError } from "../errors.ts";

/** How many arguments stand beside the flags, and what they are called. */
export interface Places {
  readonly count: number;
  readonly names: string;
}

/**
 * Takes a command's arguments apart, strictly. Throws AppError "invalid" for unknown flags, missing values, and too few
 * or too many arguments.
 */
export function readFlags<T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
  places: Places = { count: 0, names: "" },
) {
  const mend = `See: schemawatch ${command} --help`;
  const parsed = parse(args, options, mend);
  const { length } = parsed.positionals;
  if (length > places.count) {
    const extra = parsed.positionals[places.count];
    throw new AppError("invalid", `${command} does not take the argument "${extra}".`, { mend });
  }
  if (length < places.count) {
    throw new AppError("invalid", `${command} needs ${places.names}.`, { mend });
  }
  return parsed;
}

function parse<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T, mend: string) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The first sentence names the flag; the rest is about flags in general.
    const [sentence] = error.message.split(/\.\s|\n/);
    throw new AppError("invalid", `${(sentence ?? "").replace(/\.$/, "")}.`, { mend });
  }
}

/** The value of a flag that must be there. Throws AppError "invalid" without it. */
export function needed(command: string, flag: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new AppError("invalid", `${command} needs --${flag}.`, {
    mend: `See: schemawatch ${command} --help`,
  });
}
