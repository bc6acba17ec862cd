import { sqlState } from "../postgres/errors.ts";
import type { Sql } from "../postgres/types.ts";
import logSql from "./sql/log.sql" with { type: "text" };
import newsSql from "./sql/news.sql" with { type: "text" };
import presenceSql from "./sql/presence.sql" with { type: "text" };

/** The channel that the tap notifies; its payload is empty, as everybody may listen. */
export const TAP_CHANNEL = "schemawatch_tap";

/** An object as an event trigger names it (pg_event_trigger_ddl_commands, pg_event_trigger_dropped_objects). */
export interface NotedObject {
  /** PostgreSQL's words, e.g. "table column". */
  readonly kind: string;
  /** Null for GRANT and REVOKE, which do not say on what. */
  readonly identity: string | null;
  /** As CatalogObject.address. */
  readonly address: string | null;
  readonly tag: string;
  /** Of a dropped object: whether the statement named it, and it did not go with something else. */
  readonly root?: boolean;
}

/** A statement that the tap noted, whole: with what it made or altered and what it dropped. */
export interface NotedStatement {
  readonly at: string;
  readonly transaction: string;
  /** Who logged in, and as whom that one acted (SET ROLE), where that is another. */
  readonly login: string;
  readonly role: string | null;
  readonly application: string;
  /** Null: over a unix socket. */
  readonly address: string | null;
  readonly pid: number;
  readonly tag: string;
  readonly text: string;
  readonly objects: readonly NotedObject[];
  readonly dropped: readonly NotedObject[];
  /** Objects beyond those. */
  readonly more: number;
}

/** What a look remembers of the tap for the next one. */
export interface TapMark {
  readonly at: string;
  /** pg_snapshot: which transactions the look saw. */
  readonly snapshot: string;
  /** When the statistics were last reset; null: never. */
  readonly reset: string | null;
  /** The OID of the log; null without one. */
  readonly log: string | null;
  /** What is in the log up to this id is not of this server's, or from before it was watched. */
  readonly floor: string | null;
}

/** Whether what was noted could be read. */
export type TapState = "none" | "unreadable" | "read";

export interface TapReading {
  readonly state: TapState;
  readonly version: number | null;
  /** Why it cannot be read, for people. */
  readonly reason: string | null;
  readonly mark: TapMark;
  /** Noted since the look of the mark before, in their order. */
  readonly statements: readonly NotedStatement[];
  /** Whether the server counts what changes in its catalogs, which the gate relies on. */
  readonly counting: boolean;
}

interface PresenceRow {
  readonly snapshot: string;
  readonly at: string;
  readonly counting: boolean;
  readonly reset: string | null;
  readonly there: boolean;
  readonly version: number | null;
  readonly log: string | null;
  readonly readable: boolean;
}

type LogRow = Omit<NotedStatement, "dropped"> & { readonly event: string };

/**
 * Reads what was noted since the look that `before` is of, within the transaction of a look: what both see is the same.
 * A tap that is broken is told as unreadable; it never fails the look.
 */
export async function readTap(tx: Sql, before: TapMark | null): Promise<TapReading> {
  const [row] = await tx.query<PresenceRow>(presenceSql, []);
  if (!row) throw new Error("the tap's presence answered without a row");
  const { snapshot, at, counting, version, log, reset } = row;
  const reading = (state: TapState, reason: string | null): TapReading => ({
    state,
    version,
    reason,
    mark: { at, snapshot, reset, log: null, floor: null },
    statements: [],
    counting,
  });
  if (!row.there) return reading("none", null);
  if (log === null) return reading("unreadable", "The tap's table is gone: install the tap again.");
  if (!row.readable)
    return reading(
      "unreadable",
      "This role may not read it: schemawatch tap install --reader ROLE allows it.",
    );
  const known = before?.log === log;
  try {
    // Sent together: the savepoint goes with the transaction.
    const [, [found]] = await Promise.all([
      tx.query("savepoint tap"),
      tx.query<{ floor: string; rows: LogRow[] }>(logSql, [
        known ? before.floor : null,
        before?.snapshot ?? snapshot,
        before?.at ?? "infinity",
      ]),
    ]);
    const floor = found?.floor ?? "0";
    const statements = wholeStatements(found?.rows ?? []);
    return { ...reading("read", null), mark: { at, snapshot, reset, log, floor }, statements };
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    await tx.query("rollback to savepoint tap");
    const why = error instanceof Error ? error.message : String(error);
    return reading("unreadable", `PostgreSQL reports: ${why}. Install the tap again.`);
  }
}

/** Whether anything was noted since the look of `mark`; null when that cannot be read. */
export async function tapHasNews(sql: Sql, mark: TapMark): Promise<boolean | null> {
  if (mark.log === null) return null;
  try {
    const [row] = await sql.query<{ news: boolean }>(newsSql, [mark.floor, mark.snapshot]);
    return row?.news === true;
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return null;
  }
}

/** A statement that drops something is noted first for what it dropped, and then for the rest of it, if there is any. */
function wholeStatements(rows: readonly LogRow[]): NotedStatement[] {
  const whole: NotedStatement[] = [];
  let open: LogRow | null = null;
  const close = () => {
    if (open) whole.push(statementOf(open, [], open.objects));
    open = null;
  };
  for (const row of rows) {
    const last = open as LogRow | null;
    if (row.event === "sql_drop") {
      close();
      open = row;
    } else if (
      last &&
      last.transaction === row.transaction &&
      last.tag === row.tag &&
      last.text === row.text
    ) {
      whole.push(statementOf(row, row.objects, last.objects, last.more));
      open = null;
    } else {
      close();
      whole.push(statementOf(row, row.objects, []));
    }
  }
  close();
  return whole;
}

function statementOf(
  { at, transaction, login, role, application, address, pid, tag, text, more }: LogRow,
  objects: readonly NotedObject[],
  dropped: readonly NotedObject[],
  moreDropped = 0,
): NotedStatement {
  return {
    at: new Date(at).toISOString(),
    transaction,
    login,
    role: role === login ? null : role,
    application,
    address,
    pid,
    tag,
    text,
    objects,
    dropped,
    more: more + moreDropped,
  };
}
