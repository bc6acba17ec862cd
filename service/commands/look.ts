import { moved, readGate } from "../catalog/gate.ts";
import type { IgnoreMatcher } from "../catalog/ignore.ts";
import type { Snapshot } from "../catalog/model.ts";
import { readSnapshot } from "../catalog/snapshot.ts";
import { AppError } from "../errors.ts";
import { connect } from "../postgres/client.ts";
import { sqlState } from "../postgres/errors.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import { describe } from "../postgres/target.ts";
import type { Database } from "../postgres/types.ts";
import type { CommandIo } from "./io.ts";
import { withProgress } from "./progress.ts";

/** For connecting and reading the gate. */
const GATE_MS = 10_000;
/** For a whole look; 10,000 tables over a slow line need seconds. */
const LOOK_MS = 120_000;
/** A schema that changes during every one of so many looks is not at rest. */
const LOOKS = 5;

/** One exact look at the database of `url`: read only, and without waiting long for anybody's locks. */
export async function lookAt(url: string, ignore: IgnoreMatcher, io: CommandIo): Promise<Snapshot> {
  const database = connect({
    url,
    applicationName: "schemawatch command",
    maxConnections: 1,
    deadlineMs: GATE_MS,
    settings: { ...READER_SETTINGS, statement_timeout: String(LOOK_MS) },
  });
  try {
    return await withProgress(`reading the schema of ${describe(url)}`, io, () =>
      quietLook(database, ignore),
    );
  } catch (error) {
    const state = sqlState(error);
    if (state === undefined || !(error instanceof Error)) throw error;
    throw new AppError(
      "unavailable",
      `The schema of ${describe(url)} cannot be read: ${error.message} (${state}).`,
      {
        mend: "Try again; if a right is missing, ask for CONNECT on the database.",
        cause: error,
      },
    );
  } finally {
    await database.close();
  }
}

/**
 * A look during which nothing moved. PostgreSQL's pg_get_*def functions read the newest catalog, not the transaction's,
 * so a look that a change came into could mix two states.
 */
async function quietLook(database: Database, ignore: IgnoreMatcher): Promise<Snapshot> {
  let before = await readGate(database);
  for (let look = 1; look <= LOOKS; look++) {
    const snapshot = await database.transaction((tx) => readSnapshot(tx, { ignore }), {
      readOnly: true,
      isolation: "repeatable read",
      deadlineMs: LOOK_MS,
    });
    const after = await readGate(database);
    if (moved(before, after) === null) return snapshot;
    before = after;
  }
  throw new AppError("conflict", `The schema changed during each of ${LOOKS} looks.`, {
    mend: "Try again when no migration is running.",
  });
}
