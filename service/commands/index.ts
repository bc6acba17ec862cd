import { VARIABLES } from "../config/env.ts";
import { AppError } from "../errors.ts";
import type { Command } from "./command.ts";
import { complain, EXIT } from "./exit.ts";
import { type CommandIo, processIo } from "./io.ts";

/** Loaded when run, so that a probe does not pay for the differ. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  snapshot: async () => (await import("./snapshot.ts")).snapshot,
  diff: async () => (await import("./diff.ts")).diff,
  check: async () => (await import("./check.ts")).check,
  tap: async () => (await import("./tap.ts")).tap,
  migrate: async () => (await import("./migrate.ts")).migrate,
  retention: async () => (await import("./retention.ts")).retention,
  token: async () => (await import("./token.ts")).token,
  "job-result": async () => (await import("./job-result.ts")).jobResult,
  healthcheck: async () => (await import("./healthcheck.ts")).healthcheck,
};

/**
 * Runs the command that the arguments name and resolves to the exit status (exit.ts). What goes wrong is said on standard
 * error; it never rejects.
 */
export async function runCommand(
  args: readonly string[],
  program: { readonly version: string },
): Promise<number> {
  const io = processIo(program.version);
  try {
    return await dispatch(args, io);
  } catch (error) {
    return complain(error, io);
  }
}

async function dispatch(args: readonly string[], io: CommandIo): Promise<number> {
  const [name = "", ...rest] = args;
  if (name === "--version") {
    io.print(`schemawatch ${io.version}\n`);
    return EXIT.same;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const help = asksForHelp(args);
  if (load === undefined) {
    if (!help) throw unknown(name);
    io.print(await overview());
    return EXIT.same;
  }
  const command = await load();
  if (!help) return command.run(rest, io);
  io.print(`${command.help}\n`);
  return EXIT.same;
}

/** What stands behind "--" is no flag. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  return args[0] === "help" || flags.includes("--help") || flags.includes("-h");
}

function unknown(name: string): AppError {
  const what = name.startsWith("-") ? `the flag "${name}"` : `the command "${name}"`;
  return new AppError("invalid", `Schemawatch does not know ${what}.`, {
    mend: `Use one of ${Object.keys(COMMANDS).join(", ")}, or --help; without a command the service starts.`,
  });
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const row = (name: string, text: string, width: number) => `  ${name.padEnd(width)}  ${text}`;
  return `Schemawatch notices PostgreSQL schema changes, judges them, processes them, and shows them live.

Usage: schemawatch                   start the service
       schemawatch COMMAND …         run a command
       schemawatch COMMAND --help    what it takes, with examples
       schemawatch --version

Commands:
${commands.map(({ name, summary }) => row(name, summary, 12)).join("\n")}

The service is set up by environment variables:
${Object.entries(VARIABLES)
  .map(([name, text]) => row(name, text, 19))
  .join("\n")}
`;
}
