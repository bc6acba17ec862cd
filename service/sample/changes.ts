import { AppError } from "../errors.ts";
import type { Sql } from "../postgres/types.ts";
import { SAMPLE_CHANGES } from "./statements.ts";

/** A statement that was run on the sample. */
export interface AppliedChange {
  readonly title: string;
  readonly statement: string;
}

/** As JSON, because the driver reads a null inside a boolean array as false. */
const STATE = `select to_jsonb(array[${SAMPLE_CHANGES.map((change) => change.stands).join(",\n")}]) as state`;

/**
 * Runs the next sample statement, and returns its title and text.
 *
 * Nothing is remembered: the tables say what comes next. The changes are made one after another; when the last one
 * stands they are taken back one after another, and so on for ever. A statement that does not apply, because a person
 * changed the tables meanwhile, gives way to the next one that does.
 *
 * Rejects with AppError "conflict" when none applies, and with the client's own errors when the database is lost.
 */
export async function applySampleChange(sql: Sql): Promise<AppliedChange> {
  const [row] = await sql.query<{ state: (boolean | null)[] }>(STATE);
  for (const candidate of candidates(row?.state ?? [])) {
    if (await applies(sql, candidate.statement)) return candidate;
  }
  throw new AppError("conflict", "No sample statement applies to the sample database as it is now.", {
    mend: "Drop the sample database and start again: it is created anew.",
  });
}

/** Every statement that may apply, the one whose turn it is first. */
function candidates(state: readonly (boolean | null)[]): AppliedChange[] {
  const make: AppliedChange[] = [];
  const takeBack: AppliedChange[] = [];
  let lastStands = false;
  SAMPLE_CHANGES.forEach((change, index) => {
    const stands = state[index] ?? null;
    if (stands === null) return;
    lastStands = stands;
    if (stands) takeBack.push({ title: change.undoTitle, statement: change.undo });
    else make.push({ title: change.title, statement: change.sql });
  });
  return lastStands ? [...takeBack, ...make] : [...make, ...takeBack];
}

/** False when the server refuses the statement itself; a lost connection or a deadline is not an answer and rejects. */
async function applies(sql: Sql, statement: string): Promise<boolean> {
  try {
    await sql.query(statement);
    return true;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return false;
  }
}
