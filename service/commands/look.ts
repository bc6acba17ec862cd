import { readGate } from "../catalog/gate.ts";
import type { IgnoreMatcher } from "../catalog/ignore.ts";
import type { Snapshot } from "../catalog/model.ts";
import { systemClock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { takeLook } from "../look.ts";
import { connect } from "../postgres/client.ts";
import { sqlState } from "../postgres/errors.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import { describe } from "../postgres/target.ts";
import type { Database } from "../postgres/types.ts";
import type { CommandIo } from "./io.ts";
import { withProgress } from "./progress.ts";

/** For connecting and reading the gate. */
const GATE_MS = 10_000;
/** A whole look of 10,000 tables over a slow line needs seconds; a schema that changes during every one of so many is not at rest. */
const LOOK = { deadlineMs: 120_000, most: 5 } as const;

/** One exact look at the database of `url`: read only, and without waiting long for anybody's locks. */
export async function lookAt(url: string, ignore: IgnoreMatcher, io: CommandIo): Promise<Snapshot> {
  const database = connect({
    url,
    applicationName: "schemawatch command",
    maxConnections: 1,
    deadlineMs: GATE_MS,
    settings: { ...READER_SETTINGS, statement_timeout: String(LOOK.deadlineMs) },
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

/** A look during which nothing moved; AppError "conflict" when the schema is not at rest. */
async function quietLook(database: Database, ignore: IgnoreMatcher): Promise<Snapshot> {
  const { snapshot, quiet } = await takeLook(
    database,
    await readGate(database),
    { ignore },
    { ...LOOK, clock: systemClock },
  );
  if (quiet) return snapshot;
  throw new AppError("conflict", `The schema changed during each of ${LOOK.most} looks.`, {
    mend: "Try again when no migration is running.",
  });
}
