import { resolve } from "node:path";
import { readEnvironment } from "../config/env.ts";
import { addToken, listTokens, removeToken } from "../config/tokens.ts";
import { AppError } from "../errors.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { needed, readFlags } from "./flags.ts";
import type { CommandIo } from "./io.ts";

const OPTIONS = { name: { type: "string" }, role: { type: "string" }, file: { type: "string" } } as const;

export const token: Command = {
  name: "token",
  summary: "make, list and remove the access tokens of page and API",
  help: `Usage: schemawatch token create --name NAME --role viewer|operator [--file FILE]
       schemawatch token list [--file FILE]
       schemawatch token remove --name NAME [--file FILE]

A viewer may look; an operator may also trigger, cancel and re-run. The file keeps hashes only: a token is shown once, on
standard output. A running service takes over what changes in the file.

  --name NAME   who or what uses it
  --role ROLE   viewer or operator
  --file FILE   the token file (default: AUTH_FILE, else tokens.yaml in the working folder)

Example:
  schemawatch token create --name ci --role operator --file tokens.yaml
  curl -X POST -H "Authorization: Bearer $TOKEN" https://schemawatch.example.org/api/v1/databases/shop/runs`,
  run: async (args, io) => {
    const { values, positionals } = readFlags("token", args, OPTIONS, {
      count: 1,
      names: "one of create, list and remove",
    });
    const [action = ""] = positionals;
    const file = resolve(io.folder, values.file ?? readEnvironment(io.env).AUTH_FILE ?? "tokens.yaml");
    if (action === "create") return create(file, values, io);
    if (action === "list") return list(file, values, io);
    if (action === "remove") return remove(file, values, io);
    throw new AppError("invalid", `token cannot "${action}".`, { mend: "Use create, list or remove." });
  },
};

type Values = { readonly name?: string | undefined; readonly role?: string | undefined };

async function create(file: string, { name, role }: Values, io: CommandIo): Promise<number> {
  const wanted = needed("token create", "role", role);
  if (wanted !== "viewer" && wanted !== "operator") {
    throw new AppError("invalid", `The role "${wanted}" is not known.`, { mend: "Use viewer or operator." });
  }
  const made = await addToken(file, needed("token create", "name", name), wanted);
  io.warn(`Added to ${file}. The token is shown this once:`);
  io.print(`${made}\n`);
  return EXIT.same;
}

async function list(file: string, values: Values, io: CommandIo): Promise<number> {
  refuse("list", values, ["name", "role"]);
  const tokens = await listTokens(file);
  const width = Math.max(0, ...tokens.map(({ name }) => name.length));
  for (const { name, role, created } of tokens) {
    io.print(`${name.padEnd(width)}  ${role.padEnd("operator".length)}  ${created}\n`);
  }
  return EXIT.same;
}

async function remove(file: string, values: Values, io: CommandIo): Promise<number> {
  refuse("remove", values, ["role"]);
  const name = needed("token remove", "name", values.name);
  await removeToken(file, name);
  io.print(`Removed ${name} from ${file}.\n`);
  return EXIT.same;
}

function refuse(action: string, values: Values, flags: readonly (keyof Values)[]): void {
  const given = flags.find((flag) => values[flag] !== undefined);
  if (given === undefined) return;
  throw new AppError("invalid", `token ${action} takes no --${given}.`, {
    mend: "See: schemawatch token --help",
  });
}
