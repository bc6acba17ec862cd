import { connect } from "../../../service/postgres/client.ts";
import type { Row } from "../../../service/postgres/types.ts";

/** One statement on a database of its own connection; returns the rows. AppError as service/postgres has them. */
export async function ask<T = Row>(url: string, text: string, params: readonly unknown[] = []): Promise<T[]> {
  const database = connect({
    url,
    applicationName: "schemawatch cluster",
    deadlineMs: 20_000,
    maxConnections: 1,
  });
  try {
    return await database.query<T>(text, params);
  } finally {
    await database.close();
  }
}
