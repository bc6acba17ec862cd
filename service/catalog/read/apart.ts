import type { Row, Sql } from "../../postgres/types.ts";

/**
 * One statement of a transaction by itself: an error of it does not end the transaction, and the locks that it took go with
 * it. Printing a view, an expression or a rule locks the relations in it, and what a look keeps locked until its end the
 * users' DDL waits for (manual, 13.3: a lock taken after a savepoint is released when that is rolled back to).
 */
export async function apart<T = Row>(tx: Sql, text: string, params?: readonly unknown[]): Promise<T[]> {
  // Sent together, so that it costs no round trip.
  const [, answer, undone] = await Promise.allSettled([
    tx.query("savepoint schemawatch_apart"),
    tx.query<T>(text, params),
    tx.query("rollback to savepoint schemawatch_apart; release savepoint schemawatch_apart"),
  ]);
  if (answer.status === "rejected") throw answer.reason;
  if (undone.status === "rejected") throw undone.reason;
  return answer.value;
}

/** A transaction whose statements each run apart. */
export function eachApart(tx: Sql): Sql {
  return { query: (text, params) => apart(tx, text, params) };
}
