import { ACTIONS, COMPATIBILITIES } from "../../../catalog/change.ts";
import { DATABASE_STATES, DATABASE_STATUSES, LAST_RUNS, RUN_STATES } from "../../../store/models.ts";
import { DEFAULT_LIMIT, MAX_LIMIT } from "../../../store/read/page.ts";
import { integer, labels, oneOf, printable } from "../../api/parameter.ts";

/** Names of databases are at most 63 characters (config/types.ts). */
export const databaseName = printable(
  { in: "path", name: "name", description: "Name of a watched database." },
  63,
);
export const changeId = id("A change's id.");
export const runId = id("A run's id.");

export const limit = integer(
  { in: "query", name: "limit", description: "Items of a page." },
  1,
  MAX_LIMIT,
  DEFAULT_LIMIT,
);
export const cursor = printable(
  { in: "query", name: "cursor", description: "nextCursor of the page before." },
  500,
);
export const search = printable(
  { in: "query", name: "search", description: "Only objects with this in their identity." },
  200,
);
export const searchDatabase = printable(
  { in: "query", name: "search", description: "Only those of databases with this in their name." },
  63,
);
export const ofLabels = labels({
  in: "query",
  name: "label",
  description:
    "Only those of databases with this label, as key:value, such as team:payments. Given several times, with all of them.",
});
export const inState = oneOf(
  { in: "query", name: "state", description: "Only those in this state." },
  DATABASE_STATES,
);
export const ofStatus = oneOf(
  { in: "query", name: "status", description: "Only those that stand so to their baseline." },
  DATABASE_STATUSES,
);
export const ofLastRun = oneOf(
  {
    in: "query",
    name: "run",
    description: "Only those whose newest run stands so; active: it has not ended; none: there was none.",
  },
  LAST_RUNS,
);
export const ofDatabase = printable(
  { in: "query", name: "database", description: "Only those of this database." },
  63,
);
export const ofCompatibility = oneOf(
  { in: "query", name: "compatibility", description: "Only those with this judgement." },
  COMPATIBILITIES,
);
export const ofAction = oneOf(
  { in: "query", name: "action", description: "Only those in which an object was so." },
  ACTIONS,
);
export const ofState = oneOf(
  { in: "query", name: "state", description: "Only those in this state." },
  RUN_STATES,
);

export const idempotencyKey = printable(
  {
    in: "header",
    name: "Idempotency-Key",
    description: "The same key for the same database is the same run, however often it is sent.",
  },
  200,
);
export const after = integer(
  { in: "query", name: "after", description: "Only events behind this number." },
  0,
  2_147_483_647,
  0,
);
export const lastEventId = integer(
  {
    in: "header",
    name: "Last-Event-ID",
    description: "As `after`, and stronger: sent by readers that connect again.",
  },
  0,
  2_147_483_647,
);

function id(description: string) {
  return integer({ in: "path", name: "id", description }, 1, Number.MAX_SAFE_INTEGER);
}
