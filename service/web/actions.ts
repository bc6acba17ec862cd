import { AppError } from "../errors.ts";
import { connect } from "../postgres/client.ts";
import { type AppliedChange, applySampleChange } from "../sample/changes.ts";
import { mustBeKnown } from "../store/read/known.ts";
import type { WebContext } from "./context.ts";

/** A statement on the sample waits no longer than this for its answer. */
const DEADLINE_MS = 5000;

/**
 * Runs the next sample statement on the sample database. AppError "not_found" for a database nobody knows, "conflict" for
 * one that is not the sample: no other database is ever changed.
 */
export async function applyToSample(context: WebContext, name: string): Promise<AppliedChange> {
  const watched = context.watchList.current().find((database) => database.name === name);
  if (watched?.sample !== true) {
    await mustBeKnown(context.store, name);
    throw new AppError("conflict", `"${name}" is not the sample database.`, {
      mend: "Change it as you always do: Schemawatch notices. Only the sample is changed from here.",
    });
  }
  const database = connect({
    url: watched.url,
    applicationName: "schemawatch sample change",
    maxConnections: 1,
    deadlineMs: DEADLINE_MS,
  });
  try {
    return await applySampleChange(database);
  } finally {
    await database.close();
  }
}
