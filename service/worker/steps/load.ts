import type { Compatibility } from "../../catalog/change.ts";
import type { AttributeValue } from "../../catalog/model.ts";
import { AppError } from "../../errors.ts";
import type { Database } from "../../postgres/types.ts";
import type { ChangedObject, ChangeStatement, Look } from "../../store/models.ts";
import type { Transient } from "../../tap/attribute.ts";
import type { TapState } from "../../tap/log.ts";
import loadSql from "../sql/load.sql" with { type: "text" };
import { MAX_OUTPUT_BYTES, type Step } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";

/** Objects of a change that the workflow works with, worst first; the others are counted. */
const MAX_OBJECTS = 200;
/** Characters of an attribute (a function's body) that the workflow works with; the change's page shows all. */
const MAX_TEXT = 2000;
const MAX_TRANSIENTS = 50;

export interface LoadedChange {
  readonly id: string;
  readonly foundAt: string;
  readonly summary: string;
  readonly compatibility: Compatibility;
  readonly breaking: number;
  readonly risky: number;
  readonly safe: number;
  /** At most MAX_OBJECTS, worst first. */
  readonly objects: readonly ChangedObject[];
  /** Why it is told as a whole. */
  readonly note: string | null;
  readonly attribution: TapState;
  readonly authors: readonly string[];
  /** At most 50. */
  readonly statements: readonly ChangeStatement[];
  readonly transients: readonly Transient[];
  readonly transientCount: number;
}

export interface LoadOutput {
  readonly database: string;
  readonly look: Look | null;
  readonly change: LoadedChange | null;
  readonly baseline: {
    readonly file: string | null;
    readonly state: "none" | "synced" | "drifted" | "unreadable";
    readonly reason: string | null;
    readonly drift: number;
  };
}

interface LoadRow extends Omit<LoadedChange, "id" | "foundAt"> {
  readonly database: string;
  readonly look: Look | null;
  readonly baseline: string | null;
  readonly baselineState: LoadOutput["baseline"]["state"];
  readonly baselineReason: string | null;
  readonly drift: number;
  readonly changeId: string | null;
  readonly foundAt: Date;
}

/** Reads what the run is about, once: the later steps see the same, whatever happens meanwhile. */
export function loadStep(store: Database): Step<Outputs, "load"> {
  return {
    name: "load",
    timeoutMs: 15_000,
    // About 30 s in all: a store that restarts must not fail the run.
    retries: 6,
    backoffMs: 500,
    async run({ run, log }) {
      const [row] = await store.query<LoadRow>(loadSql, [run.id, MAX_OBJECTS]);
      if (!row) throw new AppError("not_found", `Run ${run.id} is gone.`);
      const output: LoadOutput = {
        database: row.database,
        look: row.look,
        change: row.changeId === null ? null : changeOf(row, row.changeId),
        baseline: {
          file: row.baseline,
          state: row.baselineState,
          reason: row.baselineReason,
          drift: row.drift,
        },
      };
      log("info", said(output));
      return { output };
    },
  };
}

function said({ look, change }: LoadOutput): string {
  if (change) return `Change ${change.id}: ${change.summary}.`;
  if (look?.outcome === "failed") return `The look failed: ${look.reason ?? "no reason was given"}`;
  return "The look found no change.";
}

function changeOf(row: LoadRow, id: string): LoadedChange {
  const { summary, compatibility, breaking, risky, safe } = row;
  const { note, attribution, authors, transientCount } = row;
  const statements = row.statements.map((one) => ({ ...one, text: String(shortText(one.text)) }));
  const transients = row.transients.slice(0, MAX_TRANSIENTS);
  const objects: ChangedObject[] = [];
  // Half of what a step's output may take, as the rest of it must fit as well.
  let room = MAX_OUTPUT_BYTES / 2;
  for (const object of row.objects.map(shortened)) {
    room -= Buffer.byteLength(JSON.stringify(object));
    if (room < 0) break;
    objects.push(object);
  }
  return {
    id,
    foundAt: row.foundAt.toISOString(),
    summary,
    compatibility,
    breaking,
    risky,
    safe,
    objects,
    note,
    attribution,
    authors,
    statements,
    transients,
    transientCount,
  };
}

function shortened(object: ChangedObject): ChangedObject {
  const attributes = Object.fromEntries(
    Object.entries(object.attributes).map(([name, { before, after }]) => [
      name,
      { before: shortText(before), after: shortText(after) },
    ]),
  );
  const { contains, ...rest } = object;
  if (!contains) return { ...rest, attributes };
  return {
    ...rest,
    attributes,
    contains: contains
      .slice(0, MAX_OBJECTS)
      .map(({ kind, identity }) => ({ kind, identity, attributes: {} })),
  };
}

function shortText(value: AttributeValue): AttributeValue {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)} …` : value;
  if (Array.isArray(value)) return value.slice(0, MAX_OBJECTS).map((item) => String(shortText(item)));
  return value;
}
