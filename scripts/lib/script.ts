import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { AppError, toAppError } from "../../service/errors.ts";
import { hideUrlPasswords } from "../../service/secrets.ts";
import { EXIT } from "./cli.ts";
import { ROOT } from "./tools.ts";

/** What a script sees of the world; tests give it another one. */
export interface ScriptIo {
  /** The top of the checkout that the script works on. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
  sleep(ms: number): Promise<void>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  readInput(): Promise<string>;
}

export interface Script {
  readonly name: string;
  /** What --help prints. */
  readonly help: string;
  /** Resolves to the exit status (lib/cli.ts); throws AppError for what went wrong. */
  run(args: readonly string[], io: ScriptIo): Promise<number>;
}

/**
 * Runs a script and returns its exit status: 0 when all is well, 1 when it refused ("conflict" or "forbidden": the present
 * state does not allow it), 2 when it was used wrongly or could not run. Says what went wrong and the mend.
 */
export async function runScript(script: Script, args: readonly string[], io: ScriptIo): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    io.print(script.help);
    return EXIT.ok;
  }
  try {
    return await script.run(args, io);
  } catch (thrown) {
    const error = toAppError(thrown);
    io.warn(hideUrlPasswords(`${script.name}: ${error.message}${error.mend ? ` ${error.mend}` : ""}`));
    if (error.code === "internal" && error.cause instanceof Error) io.warn(error.cause.stack ?? "");
    return error.code === "conflict" || error.code === "forbidden" ? EXIT.finding : EXIT.error;
  }
}

/** The world of this process. */
export function processIo(): ScriptIo {
  return {
    root: ROOT,
    env: process.env,
    now: () => new Date(),
    sleep: (ms) => Bun.sleep(ms),
    print: (line) => console.log(line),
    warn: (line) => console.error(line),
    readInput: () => Bun.stdin.text(),
  };
}

/** Takes arguments apart, strictly; AppError "invalid" for unknown flags and for more or fewer arguments than allowed. */
export function readArguments<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  places: { readonly least: number; readonly most: number; readonly names: string },
) {
  const parsed = parse(args, options);
  const { length } = parsed.positionals;
  if (length >= places.least && length <= places.most) return parsed;
  const fault =
    length < places.least ? `It needs ${places.names}` : `"${parsed.positionals[places.most]}" is too much`;
  throw new AppError("invalid", `${fault}.`, { mend: "See --help." });
}

function parse<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The first sentence names the flag; the rest is about flags in general.
    const [sentence] = error.message.split(/\.\s|\n/);
    throw new AppError("invalid", `${(sentence ?? "").replace(/\.$/, "")}.`, { mend: "See --help." });
  }
}

/** "90s", "30m", "2h" or "1d" in milliseconds; AppError "invalid" for anything else. */
export function readDuration(flag: string, text: string): number {
  const [, amount, unit] = /^(\d+)(s|m|h|d)$/.exec(text) ?? [];
  const factor = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? ""];
  if (factor !== undefined) return Number(amount) * factor;
  throw new AppError("invalid", `--${flag} ${text} is no duration.`, {
    mend: "Use one like 90s, 30m or 2h.",
  });
}

/** A time span for people: its largest unit, rounded down. */
export function sayDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
