import type { Compatibility } from "../../catalog/change.ts";
import type { Database } from "../../postgres/types.ts";
import type { DatabaseState, DatabaseStatus, LastRun } from "../models.ts";
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
  /** Changes in the last 24 hours in 24 buckets, oldest first, by their judgement. */
  readonly hours: readonly Readonly<Record<Compatibility, number>>[];
}

/** The totals over all watched databases that fit a filter's search and labels, however many pages they fill. */
export async function readTotals(
  store: Database,
  choice: Omit<DatabaseFilter, "attention" | keyof PageRequest> = {},
): Promise<Totals> {
  const [row] = await store.query<
    Omit<Totals, "hours"> & {
      hours: readonly (readonly [hour: number, breaking: number, risky: number, safe: number])[];
    }
  >(TOTALS, [
    searchOf(choice),
    labelsOf(choice),
    choice.state ?? null,
    choice.status ?? null,
    choice.run ?? null,
  ]);
  if (row === undefined) throw new Error("a count without a row");
  const hours = Array.from({ length: 24 }, () => ({ breaking: 0, risky: 0, safe: 0 }));
  for (const [hour, breaking, risky, safe] of row.hours) hours[hour] = { breaking, risky, safe };
  return { ...row, hours };
}
