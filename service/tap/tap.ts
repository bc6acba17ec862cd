import { quoteIdentifier, unquoteIdentifier } from "../catalog/identifier.ts";
import { AppError } from "../errors.ts";
import { sqlState } from "../postgres/errors.ts";
import type { Database, Sql } from "../postgres/types.ts";
import installSql from "./sql/install.sql" with { type: "text" };
import readersSql from "./sql/readers.sql" with { type: "text" };
import removeSql from "./sql/remove.sql" with { type: "text" };
import standingSql from "./sql/standing.sql" with { type: "text" };

/** The version of what install.sql makes. Raised with every change of it. */
export const TAP_VERSION = 1;

/** Any number nobody else uses ("schemawt" in hexadecimal): two who install at once go one behind the other. */
const LOCK = "8314880531286980468";

/** The tap as one role finds it in a database. */
export interface TapStanding {
  /** Null when somebody removed the mark. */
  readonly version: number | null;
  /** Whether all its parts are there and switched on. */
  readonly whole: boolean;
  /** Whether this role may read who ran what. */
  readonly readable: boolean;
  /** Roles that were allowed to read it. */
  readonly readers: readonly string[];
  /** Whether it cannot NOTIFY, as prepared transactions are allowed here: what it noted is then found at the interval. */
  readonly silent: boolean;
  /** Whether a statement, run and rolled back just now, was noted; null when this role cannot try it. */
  readonly works: boolean | null;
}

interface StandingRow {
  readonly version: number | null;
  readonly triggers: number;
  readonly log: string | null;
  readonly readable: boolean;
  readonly functions: number;
  readonly superuser: boolean;
  readonly silent: boolean;
}

/** How the tap stands; null when there is none. Rejects with what `database.query` rejects with. */
export async function tapStanding(database: Database): Promise<TapStanding | null> {
  const [row] = await database.query<StandingRow>(standingSql, []);
  if (!row) return null;
  const readers = await database.query<{ reader: string }>(readersSql, []);
  const whole = row.triggers === 2 && row.functions === 3 && row.log !== null;
  return {
    version: row.version,
    whole,
    readable: row.readable,
    readers: readers.map(({ reader }) => reader),
    silent: row.silent,
    works: row.superuser ? await tryTap(database) : null,
  };
}

/** Whether the tap notes a statement. It is rolled back, and with it the note. */
async function tryTap(database: Database): Promise<boolean> {
  const undone = Symbol();
  let noted = false;
  const attempt = database.transaction(async (tx) => {
    await tx.query("create schema schemawatch_probe");
    const [row] = await tx.query<{ noted: boolean }>(
      `select exists (select from schemawatch_tap.statement
         where transaction = pg_current_xact_id() and objects @> '[{"identity": "schemawatch_probe"}]') as noted`,
      [],
    );
    noted = row?.noted === true;
    throw undone;
  });
  await attempt.catch((error: unknown) => {
    if (error !== undone && sqlState(error) === undefined) throw error;
  });
  return noted;
}

/** What `installTap` did. */
export type Installed = "installed" | "upgraded" | "mended" | "there already";

/**
 * Puts the tap up, or brings it up to date, in one transaction, and lets `readers` read what it notes. One that is whole
 * stays as it is. Throws AppError "forbidden" where the role may not, "conflict" on a standby, where the tap is newer
 * than this program, and where its schema holds what is not its own; "not_found" for a reader that is no role.
 */
export async function installTap(database: Database, readers: readonly string[]): Promise<Installed> {
  const before = await tapStanding(database);
  if (before?.version && before.version > TAP_VERSION) {
    throw new AppError(
      "conflict",
      `The tap is at version ${before.version}, this program knows ${TAP_VERSION}.`,
      {
        mend: "Use the release that installed it, or a newer one.",
      },
    );
  }
  const stays = before?.version === TAP_VERSION && before.whole && before.works !== false;
  const allowed = [
    ...new Set([...readers, ...(stays ? [] : (before?.readers ?? []).map(unquoteIdentifier))]),
  ];
  await change(database, async (tx) => {
    if (!stays) {
      await tx.query(removeSql);
      await tx.query(installSql);
      await tx.query(`comment on schema schemawatch_tap is 'Schemawatch tap, version ${TAP_VERSION}'`);
    }
    for (const reader of allowed) {
      const role = quoteIdentifier(reader);
      await tx.query(
        `grant usage on schema schemawatch_tap to ${role}; grant select on schemawatch_tap.statement to ${role}`,
      );
    }
  });
  if (stays) return "there already";
  if (before === null) return "installed";
  return before.version === TAP_VERSION ? "mended" : "upgraded";
}

/** Takes the tap away with all that it noted; returns whether there was one. Throws as `installTap`. */
export async function removeTap(database: Database): Promise<boolean> {
  const [there] = await database.query(standingSql, []);
  if (!there) return false;
  await change(database, (tx) => tx.query(removeSql));
  return true;
}

async function change(database: Database, work: (tx: Sql) => Promise<unknown>): Promise<void> {
  try {
    await database.transaction(async (tx) => {
      await tx.query("set local lock_timeout = '5s'");
      await tx.query("select pg_advisory_xact_lock($1::bigint)", [LOCK]);
      await work(tx);
    });
  } catch (error) {
    throw refusal(error);
  }
}

const REFUSALS: Readonly<Record<string, readonly [AppError["code"], string]>> = {
  "42501": [
    "forbidden",
    "PostgreSQL lets only superusers make event triggers, a managed service its own administrator at most: run this as that role. " +
      "Without the tap every change is still found; only who made it stays unknown.",
  ],
  "25006": [
    "conflict",
    "Run this on the primary: a standby gets the tap from there. If it is one, the database is set to read only.",
  ],
  "2BP01": [
    "conflict",
    "Somebody put something of their own into the schema schemawatch_tap, or built on it: move that away first.",
  ],
  "55P03": ["conflict", "Try again when no transaction holds the tap's table."],
  "42704": ["not_found", "Create the role first, or correct --reader."],
};

function refusal(error: unknown): unknown {
  const known = REFUSALS[sqlState(error) ?? ""];
  if (!known || !(error instanceof Error)) return error;
  const [code, mend] = known;
  return new AppError(code, `The tap cannot be put up or taken down: ${error.message}.`, {
    mend,
    cause: error,
  });
}
