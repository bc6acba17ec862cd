import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError, systemCode } from "../errors.ts";
import { parseTarget } from "../postgres/target.ts";
import type { CommandIo } from "./io.ts";

/** For the --help of commands that take a URL. */
export const URL_HELP = `URL is postgres://role@host:5432/database. Other users of the machine see a command's arguments, so give one with
a password as env:NAME (an environment variable that holds it) or file:PATH (a file that holds it).`;

/** Whether an argument names a database, not a snapshot file. */
export function isUrl(argument: string): boolean {
  return /^(env|file):/.test(argument) || argument.includes("://");
}

/** The PostgreSQL URL that an argument names. Throws AppError "invalid", without the URL, when there is none. */
export function urlFrom(argument: string, io: CommandIo): string {
  const url = fetchUrl(argument, io);
  parseTarget(url);
  return url;
}

function fetchUrl(argument: string, io: CommandIo): string {
  if (argument.startsWith("env:")) {
    const name = argument.slice(4);
    const url = io.env[name]?.trim();
    if (url) return url;
    throw new AppError("invalid", `The environment variable ${name} is not set.`, {
      mend: `Set ${name} to the URL.`,
    });
  }
  if (!argument.startsWith("file:")) return argument;
  const path = argument.slice(5);
  try {
    const url = readFileSync(resolve(io.folder, path), "utf8").trim();
    if (url) return url;
  } catch (error) {
    const why = systemCode(error);
    throw new AppError("invalid", `${path} cannot be read (${why}).`, {
      mend: "Correct the path or its rights.",
    });
  }
  throw new AppError("invalid", `${path} is empty.`, { mend: "Write the URL into it." });
}
