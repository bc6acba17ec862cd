import { AppError } from "../errors.ts";
import { connect } from "../postgres/client.ts";
import { describe } from "../postgres/target.ts";
import type { Database } from "../postgres/types.ts";
import { installTap, removeTap, TAP_VERSION, type TapStanding, tapStanding } from "../tap/tap.ts";
import type { Command } from "./command.ts";
import { complain, EXIT } from "./exit.ts";
import { needed, readFlags } from "./flags.ts";
import type { CommandIo } from "./io.ts";
import { withProgress } from "./progress.ts";
import { URL_HELP, urlFrom } from "./url.ts";

const DEADLINE_MS = 15_000;

export const tap: Command = {
  name: "tap",
  summary: "have a database say at once who changed what: install, remove, status",
  help: `Usage: schemawatch tap install --url URL [--reader ROLE]… [--json]
       schemawatch tap remove --url URL [--json]
       schemawatch tap status --url URL [--json]

Puts event triggers up in a database, in a schema of their own (schemawatch_tap). They note who ran which DDL, when and
on what, keep the last 2,000 statements, and wake Schemawatch at once. A tap that fails never fails the DDL: the server's
log then says so. Passwords and connection strings are left out of what is noted. Install again to bring it up to date.

  --url URL        the database; install and remove need a role that may make event triggers (a superuser)
  --reader ROLE    lets this role read what was noted: the one that Schemawatch watches with. May be given several times
  --json           print JSON instead of text

The tap is part of what pg_dump writes, and works where that is restored. To leave it out, remove it there:
schemawatch tap remove --url URL. What it cannot note is found at the next look as ever, without an author: roles, settings
of databases, and what was done with event_triggers off.

${URL_HELP}

Exit status: 0 done, or the tap works; 1 refused, or there is none that works; 2 it could not be tried.

Example:
  schemawatch tap install --url env:ADMIN_URL --reader watcher`,
  run: async (args, io) => {
    const { values, positionals } = readFlags(
      "tap",
      args,
      {
        url: { type: "string" },
        reader: { type: "string", multiple: true },
        json: { type: "boolean" },
      },
      { count: 1, names: "install, remove or status" },
    );
    const action = positionals[0] ?? "";
    const work = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!work || (values.reader && action !== "install")) {
      const what = work ? `tap ${action} does not take --reader` : `tap does not know "${action}"`;
      throw new AppError("invalid", `${what}.`, { mend: "See: schemawatch tap --help" });
    }
    const url = urlFrom(needed("tap", "url", values.url), io);
    return onDatabase(url, io, async (database) => {
      const { status, text, ...said } = await work(database, values.reader ?? []);
      const name = describe(url);
      io.print(
        values.json ? `${JSON.stringify({ database: name, ...said })}\n` : text.replaceAll("{name}", name),
      );
      return status;
    });
  },
};

interface Done {
  readonly status: number;
  /** With {name} where the database's name goes. */
  readonly text: string;
  readonly [field: string]: unknown;
}

const ACTIONS: Readonly<Record<string, (database: Database, readers: readonly string[]) => Promise<Done>>> = {
  async install(database, readers) {
    const outcome = await installTap(database, readers);
    const standing = await tapStanding(database);
    const text = `The tap is ${outcome} in {name} (version ${TAP_VERSION}).\n${standing ? remarks(standing) : ""}`;
    return { status: works(standing) ? EXIT.same : EXIT.different, text, outcome, tap: standing };
  },
  async remove(database) {
    const removed = await removeTap(database);
    const text = removed ? "The tap is gone from {name}.\n" : "There is no tap in {name}.\n";
    return { status: EXIT.same, text, removed };
  },
  async status(database) {
    const standing = await tapStanding(database);
    return {
      status: works(standing) ? EXIT.same : EXIT.different,
      text: standingText(standing),
      tap: standing,
    };
  },
};

function works(standing: TapStanding | null): boolean {
  return standing?.whole === true && standing.works !== false && standing.version === TAP_VERSION;
}

function standingText(standing: TapStanding | null): string {
  if (!standing) return "There is no tap in {name}.\n";
  const { version, whole, works: tried } = standing;
  const head = `The tap in {name} is at version ${version ?? "unknown"}`;
  if (!whole) return `${head}, but parts of it are gone or switched off: install it again.\n`;
  if (tried === false)
    return `${head}, but does not note what is run: install it again; the server's log says why.\n`;
  const old = version === TAP_VERSION ? "" : `Version ${TAP_VERSION} is there: install it again.\n`;
  return `${head} and ${tried ? "works" : "switched on; only a superuser can try it"}.\n${old}${remarks(standing)}`;
}

function remarks({ readers, readable, silent }: TapStanding): string {
  const lines = [
    readers.length > 0
      ? `What it notes can be read by superusers and ${readers.join(", ")}.`
      : "What it notes can be read by superusers only: allow the role that Schemawatch watches with by --reader.",
  ];
  if (!readable) lines.push("This role cannot read it.");
  if (silent)
    lines.push(
      "Prepared transactions are allowed here, so it cannot wake Schemawatch: changes show at the interval.",
    );
  return `${lines.join("\n")}\n`;
}

async function onDatabase(
  url: string,
  io: CommandIo,
  work: (database: Database) => Promise<number>,
): Promise<number> {
  const database = connect({
    url,
    applicationName: "schemawatch tap",
    maxConnections: 1,
    deadlineMs: DEADLINE_MS,
    settings: { search_path: "pg_catalog, pg_temp" },
  });
  try {
    return await withProgress(`the tap of ${describe(url)}`, io, () => work(database));
  } catch (error) {
    const refused = error instanceof AppError && (error.code === "forbidden" || error.code === "conflict");
    if (!refused) throw error;
    complain(error, io);
    return EXIT.different;
  } finally {
    await database.close();
  }
}
