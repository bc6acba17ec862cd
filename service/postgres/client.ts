import { AppError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { timedOut } from "./errors.ts";
import { Listener } from "./listener.ts";
import { Pool } from "./pool.ts";
import { describeTarget, parseTarget, type Target } from "./target.ts";
import { runTransaction } from "./transaction.ts";
import type { ConnectOptions, Database, Row, Sql, TransactionOptions } from "./types.ts";

export { PostgresError, sqlState } from "./errors.ts";
export { describe } from "./target.ts";

/** The server's own limit comes this much after ours: it only ends what a lost cancel request left running. */
const serverGraceMs = 2000;

/**
 * A client for one database; nothing is connected until it is used. `reserve` and `listen` use connections of their
 * own beside `maxConnections`. Throws AppError "invalid" when the URL cannot be read.
 */
export function connect(options: ConnectOptions): Database {
  const target = parseTarget(options.url);
  const { deadlineMs } = options;
  const own: Readonly<Record<string, string>> = {
    application_name: options.applicationName,
    // Results are read as text, so a role's own DateStyle must not reach us.
    datestyle: "ISO",
    ...(target.options === undefined ? {} : { options: target.options }),
    ...options.settings,
  };
  const ownTimeout = own.statement_timeout !== undefined;
  const withLimit = (ms: number) =>
    ownTimeout ? own : { ...own, statement_timeout: String(ms + serverGraceMs) };
  const settings = withLimit(deadlineMs);
  const { maxConnections, idleMs = 0 } = options;
  const pool = new Pool({ target, settings, maxConnections, idleMs });
  const listener = new Listener({ target, settings, deadlineMs });
  const reserved = new Set<Connection>();
  let closed: AppError | undefined;

  return {
    async query<T = Row>(text: string, params?: readonly unknown[]): Promise<T[]> {
      const start = performance.now();
      const taken = pool.acquire(deadlineMs);
      const connection = taken instanceof Connection ? taken : await taken;
      try {
        return await sendWithin(connection, target, deadlineMs, start, text, params);
      } finally {
        pool.release(connection);
      }
    },

    async transaction<T>(work: (tx: Sql) => Promise<T>, chosen: TransactionOptions = {}): Promise<T> {
      const limit = chosen.deadlineMs ?? deadlineMs;
      const start = performance.now();
      const connection = await pool.acquire(limit);
      const timer = setTimeout(
        () => connection.lose(timedOut("The transaction", limit, target), { cancel: true }),
        Math.max(0, limit - (performance.now() - start)),
      );
      const serverLimit = ownTimeout || limit <= deadlineMs ? undefined : limit + serverGraceMs;
      try {
        return await runTransaction(connection, work, chosen, serverLimit);
      } finally {
        clearTimeout(timer);
        pool.release(connection);
      }
    },

    listen: (channel, onPayload, onResume) => listener.listen(channel, onPayload, onResume),

    async reserve<T>(
      work: (session: Sql, lost: AbortSignal) => Promise<T>,
      chosen: { readonly deadlineMs?: number } = {},
    ): Promise<T> {
      if (closed) throw closed;
      const limit = chosen.deadlineMs ?? deadlineMs;
      const connection = new Connection({ target, settings: withLimit(limit) });
      const lost = new AbortController();
      reserved.add(connection);
      const session: Sql = {
        query: (text, params) => sendWithin(connection, target, limit, performance.now(), text, params),
      };
      try {
        return await new Promise<T>((resolve, reject) => {
          connection.onLost.add(() => {
            lost.abort(connection.error);
            reject(connection.error);
          });
          work(session, lost.signal).then(resolve, reject);
        });
      } finally {
        reserved.delete(connection);
        connection.end(new AppError("internal", "The reserved connection was given back."));
      }
    },

    async close(timeoutMs = 2000): Promise<void> {
      closed ??= new AppError("unavailable", `The client was closed (${describeTarget(target)}).`);
      listener.close();
      await pool.close(timeoutMs);
      for (const connection of reserved) connection.lose(closed, { cancel: true });
    },
  };
}

/** Sends one statement; when the deadline passes first, the connection is given up and the server told to stop. */
async function sendWithin<T>(
  connection: Connection,
  target: Target,
  deadlineMs: number,
  start: number,
  text: string,
  params: readonly unknown[] | undefined,
): Promise<T[]> {
  const timer = setTimeout(
    () => connection.lose(timedOut("The query", deadlineMs, target), { cancel: true }),
    Math.max(0, deadlineMs - (performance.now() - start)),
  );
  try {
    return (await connection.send(text, params)) as unknown as T[];
  } finally {
    clearTimeout(timer);
  }
}
