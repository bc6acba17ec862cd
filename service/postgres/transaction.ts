import { AppError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { Row, Sql, TransactionOptions } from "./types.ts";

/**
 * Runs `work` between BEGIN and COMMIT on a connection nobody else uses. Rejects as soon as the connection is lost,
 * even while `work` does something else. `statementTimeoutMs` raises the server's limit for this transaction.
 */
export async function runTransaction<T>(
  connection: Connection,
  work: (tx: Sql) => Promise<T>,
  { readOnly, isolation }: TransactionOptions,
  statementTimeoutMs: number | undefined,
): Promise<T> {
  let over = false;
  let failed: unknown;
  const tx: Sql = {
    async query<R = Row>(text: string, params?: readonly unknown[]): Promise<R[]> {
      if (over) throw new AppError("internal", "A statement came after the end of its transaction.");
      try {
        return (await connection.send(text, params)) as unknown as R[];
      } catch (error) {
        failed ??= error;
        throw error;
      }
    },
  };
  const modes = `${isolation ? ` isolation level ${isolation}` : ""}${readOnly ? " read only" : ""}`;
  const limit = statementTimeoutMs ? `; set local statement_timeout = ${statementTimeoutMs}` : "";
  // BEGIN is not waited for: it travels with the first statement, and if it fails the connection is lost with it.
  const begun = connection.send(`begin${modes}${limit}`, undefined);
  let ended = false;
  let stopWatching = () => {};
  const lost = new Promise<never>((_, reject) => {
    const gone = () => reject(connection.error);
    connection.onLost.add(gone);
    stopWatching = () => connection.onLost.delete(gone);
  });
  try {
    const result = await Promise.race([Promise.all([work(tx), begun]).then(([value]) => value), lost]);
    over = true;
    const end = await connection.send("commit", undefined);
    ended = true;
    // After a failed statement COMMIT answers ROLLBACK; whoever caught that failure must not take it for success.
    if (end.command !== "COMMIT")
      throw failed ?? new AppError("internal", "The transaction was rolled back.");
    return result;
  } catch (error) {
    over = true;
    if (!ended && !connection.error) await connection.send("rollback", undefined);
    throw error;
  } finally {
    stopWatching();
  }
}
