import type { Database } from "../../postgres/types.ts";
import type { DatabaseState, DatabaseStatus, DatabaseSummary, LastRun } from "../models.ts";
import { activityOf, type Hour } from "./activity.ts";
import { labelsOf, searchOf } from "./choice.ts";
import type { DatabaseFilter } from "./databases.ts";
import type { PageRequest } from "./page.ts";
import TOTALS from "./totals.sql" with { type: "text" };

/** How many databases of a choice stand how, in each of the three ways that lists are filtered by. */
export interface Totals {
  /** Of the choice, however they stand. */
  readonly databases: number;
  /** Of these, those that stand as was asked. */
  readonly found: number;
  /** All that are watched. */
  readonly all: number;
  readonly states: Readonly<Record<DatabaseState, number>>;
  readonly statuses: Readonly<Record<DatabaseStatus, number>>;
  readonly runs: Readonly<Record<LastRun, number>>;
  /** As a database's own (models.ts), of all together. */
  readonly activity: DatabaseSummary["activity"];
}

/** The totals over all watched databases that fit a filter's search and labels, however many pages they fill. */
export async function readTotals(
  store: Database,
  choice: Omit<DatabaseFilter, "attention" | keyof PageRequest> = {},
): Promise<Totals> {
  const [row] = await store.query<Omit<Totals, "activity"> & { hours: readonly Hour[] }>(TOTALS, [
    searchOf(choice),
    labelsOf(choice),
    choice.state ?? null,
    choice.status ?? null,
    choice.run ?? null,
  ]);
  if (row === undefined) throw new Error("a count without a row");
  const { hours, ...counts } = row;
  return { ...counts, activity: activityOf(hours) };
}
