import { type Static, type TSchema, t } from "elysia";
import { ACTIONS, COMPATIBILITIES } from "../../catalog/change.ts";
import type * as models from "../../store/models.ts";
import { DATABASE_STATES, DATABASE_STATUSES, RUN_STATES } from "../../store/models.ts";

/*
 * The shapes of models.ts once more, as JSON Schema for the document. `Same` below fails to compile when a shape and its
 * schema part ways; the tests hold every answer against its schema.
 */

const object = <T extends Record<string, TSchema>>(properties: T) =>
  t.Object(properties, { additionalProperties: false });
const maybe = <T extends TSchema>(schema: T) => t.Union([schema, t.Null()]);
const words = <const T extends readonly string[]>(values: T) =>
  t.Unsafe<T[number]>({ type: "string", enum: values });
const list = <T extends TSchema>(items: T) => t.Array(items);
/** A named schema inside another one. */
const ref = <T extends TSchema>(name: string, _schema: T) =>
  t.Unsafe<Static<T>>({ $ref: `#/components/schemas/${name}` });

/** Plain, where Elysia's own would also take text. */
const integer = (minimum: number, description?: string) =>
  t.Unsafe<number>({ type: "integer", minimum, ...(description ? { description } : {}) });
const amount = t.Unsafe<number>({ type: "number", minimum: 0 });

const time = t.String({ format: "date-time", description: "ISO 8601, UTC." });
const id = integer(1);
const count = integer(0);
const text = t.String();
const Compatibility = words(COMPATIBILITIES);

const ChangeSummary = object({
  id,
  database: text,
  foundAt: time,
  cause: words(["start", "gate", "row-version", "unconditional", "request", "tap"]),
  compatibility: Compatibility,
  breaking: count,
  risky: count,
  safe: count,
  summary: text,
  actions: t.Array(words(ACTIONS), {
    description: "What was done to its objects; empty where only something came and went.",
  }),
  authors: t.Array(text, { description: "Who logged in to make it, as far as a tap tells; empty: unknown." }),
  transients: integer(0, "Objects that came and went, or were put back, between two looks."),
  runId: maybe(id),
});

const RunState = words(RUN_STATES);

const RunSummary = object({
  id,
  database: text,
  changeId: maybe(id),
  cause: words(["change", "request", "rerun"]),
  rerunOf: maybe(id),
  requestedBy: maybe(text),
  state: RunState,
  cancelRequested: t.Boolean(),
  requestedAt: time,
  startedAt: maybe(time),
  finishedAt: maybe(time),
  summary: maybe(text),
  error: maybe(text),
});

const DatabaseSummary = object({
  name: text,
  labels: t.Record(t.String(), t.String()),
  status: words(DATABASE_STATUSES),
  state: words(DATABASE_STATES),
  reason: maybe(text),
  nextTryAt: maybe(time),
  sample: t.Boolean(),
  connect: maybe(t.String({ description: "The psql line; the sample's only." })),
  intervalMs: count,
  lastSeenAt: maybe(time),
  lastLookAt: maybe(time),
  lastLookMs: maybe(amount),
  objects: maybe(count),
  lastChange: maybe(ref("ChangeSummary", ChangeSummary)),
  lastRun: maybe(object({ id, state: RunState })),
  drift: integer(0, "Objects that differ from the baseline."),
  baseline: maybe(text),
  baselineReason: maybe(text),
  activity: t.Array(object({ changes: count, worst: maybe(Compatibility) }), {
    minItems: 24,
    maxItems: 24,
    description: "Changes of the last 24 hours, by hour, oldest first.",
  }),
});

/** What an attribute may hold is any JSON: it depends on the attribute. */
const value = t.Unsafe<unknown>({ description: "Any JSON; null where the side does not have it." });
const ObjectRef = object({ kind: text, identity: text });

const ObjectChange = object({
  kind: text,
  identity: text,
  action: words(ACTIONS),
  from: t.Optional(t.String({ description: "The identity before a rename or a move." })),
  attributes: t.Record(t.String(), object({ before: value, after: value })),
  contains: t.Optional(list(object({ kind: text, identity: text, attributes: t.Record(t.String(), value) }))),
  address: t.Optional(text),
  parent: t.Optional(ref("ObjectRef", ObjectRef)),
  compatibility: Compatibility,
  lock: maybe(
    words([
      "ACCESS SHARE",
      "ROW SHARE",
      "ROW EXCLUSIVE",
      "SHARE UPDATE EXCLUSIVE",
      "SHARE",
      "SHARE ROW EXCLUSIVE",
      "EXCLUSIVE",
      "ACCESS EXCLUSIVE",
    ]),
  ),
  lockOn: maybe(text),
  rewrite: t.Boolean(),
  scan: t.Boolean(),
  why: text,
  safer: maybe(text),
  rules: list(text),
});

const statements = t.Array(id, {
  description: "Numbers of its statements among the change's; empty: unknown.",
});
const ChangedObject = object({ ...ObjectChange.properties, statements });
const TapState = words(["none", "unreadable", "read"]);

const ChangeStatement = object({
  seq: id,
  at: time,
  transaction: text,
  login: t.String({ description: "The role that logged in." }),
  role: maybe(t.String({ description: "The role it acted as (SET ROLE), where that is another." })),
  application: text,
  address: maybe(t.String({ description: "The client's; null: a unix socket." })),
  pid: count,
  tag: text,
  text: t.String({ description: "What the client sent, its beginning, without secrets." }),
});

const Transient = object({
  kind: text,
  identity: text,
  what: words(["came and went", "altered and put back"]),
  statements,
});

const DatabaseDetail = object({
  ...DatabaseSummary.properties,
  exactEveryMs: count,
  snapshot: maybe(
    object({
      id,
      takenAt: time,
      fingerprint: text,
      objects: count,
      serverVersion: text,
      unreadable: list(text),
    }),
  ),
  tap: maybe(object({ state: TapState, version: maybe(count), listening: t.Boolean(), reason: maybe(text) })),
  standby: t.Boolean(),
  counting: t.Boolean({ description: "False where track_counts is off." }),
  notice: maybe(object({ at: time, text })),
  driftChanges: list(ref("ObjectChange", ObjectChange)),
  activeRuns: list(ref("RunSummary", RunSummary)),
});

const Impact = object({
  dependents: list(
    object({
      kind: text,
      identity: text,
      on: ref("ObjectRef", ObjectRef),
      distance: integer(1),
      known: words(["dependency", "mention"]),
    }),
  ),
  relations: list(
    object({
      kind: words(["table", "materialized view", "index"]),
      identity: text,
      bytes: maybe(amount),
      rows: maybe(amount),
    }),
  ),
  limits: list(text),
});

const cursor = maybe(t.String({ description: "Goes into ?cursor= for the next page; null at the end." }));

const ChangeDetail = object({
  ...ChangeSummary.properties,
  changes: list(ref("ChangedObject", ChangedObject)),
  total: count,
  nextCursor: cursor,
  impact: maybe(ref("Impact", Impact)),
  note: maybe(text),
  attribution: TapState,
  statements: list(ref("ChangeStatement", ChangeStatement)),
  transientObjects: list(ref("Transient", Transient)),
});

const RunDetail = object({
  ...RunSummary.properties,
  attempt: count,
  look: maybe(
    object({
      outcome: words(["changed", "unchanged", "failed"]),
      at: time,
      ms: amount,
      objects: maybe(count),
      reason: maybe(text),
    }),
  ),
  steps: list(
    object({
      name: text,
      state: words(["pending", "running", "succeeded", "failed", "cancelled"]),
      attempt: count,
      startedAt: maybe(time),
      finishedAt: maybe(time),
      error: maybe(text),
      note: maybe(text),
      link: maybe(text),
    }),
  ),
  report: maybe(object({ markdown: text, html: text })),
});

const RunEvent = object({
  seq: id,
  at: time,
  type: words(["run", "step", "log"]),
  step: maybe(text),
  state: maybe(text),
  level: maybe(words(["info", "warn", "error"])),
  message: text,
});

const page = <T extends TSchema>(name: string, item: T) =>
  object({ items: list(ref(name, item)), nextCursor: cursor });

/** Every schema the document names. */
export const SCHEMAS = {
  DatabaseSummary,
  DatabaseDetail,
  DatabasePage: page("DatabaseSummary", DatabaseSummary),
  ChangeSummary,
  ChangeDetail,
  ChangePage: page("ChangeSummary", ChangeSummary),
  ObjectRef,
  ObjectPage: page("ObjectRef", ObjectRef),
  ObjectChange,
  ChangedObject,
  ChangeStatement,
  Transient,
  Impact,
  RunSummary,
  RunDetail,
  RunPage: page("RunSummary", RunSummary),
  RunEvent,
  RunAccepted: object({
    id,
    created: t.Boolean({ description: "False when the key had requested this run before." }),
  }),
  CancelAccepted: object({ id, state: words(["running", "cancelled"]), cancelRequested: t.Literal(true) }),
  AppliedChange: object({ title: text, statement: text }),
  Error: object({
    error: object({
      code: words([
        "invalid",
        "unauthorized",
        "forbidden",
        "not_found",
        "conflict",
        "too_large",
        "timeout",
        "unavailable",
        "internal",
      ]),
      message: t.String({ description: "What is wrong, for a person." }),
      mend: maybe(t.String({ description: "What to do about it." })),
    }),
  }),
};

export type SchemaName = keyof typeof SCHEMAS;

/** What JSON makes of a model: nothing is read-only. */
type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;

/** Compiles only when the model fits its schema and has no key the schema lacks. */
type Fits<M, S extends TSchema> =
  Plain<M> extends Static<S> ? (Exclude<keyof M, keyof Static<S>> extends never ? true : never) : never;

true satisfies Fits<models.DatabaseSummary, typeof DatabaseSummary>;
true satisfies Fits<models.DatabaseDetail, typeof DatabaseDetail>;
true satisfies Fits<models.ChangeSummary, typeof ChangeSummary>;
true satisfies Fits<models.ChangeDetail, typeof ChangeDetail>;
true satisfies Fits<models.RunSummary, typeof RunSummary>;
true satisfies Fits<models.RunDetail, typeof RunDetail>;
true satisfies Fits<models.RunEvent, typeof RunEvent>;
