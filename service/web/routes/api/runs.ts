import { listRuns, readRun } from "../../../store/read/runs.ts";
import { cancelRun, rerun } from "../../../store/runs.ts";
import type { Operation } from "../../api/operation.ts";
import { accepted, runLocation } from "./accepted.ts";
import { followRun } from "./events.ts";
import {
  after,
  cursor,
  lastEventId,
  limit,
  ofDatabase,
  ofLabels,
  ofState,
  runId,
  searchDatabase,
} from "./parameters.ts";

export const runOperations: readonly Operation[] = [
  {
    id: "listRuns",
    method: "GET",
    path: "/runs",
    summary: "Runs, the newest first",
    parameters: [ofDatabase, searchDatabase, ofLabels, ofState, limit, cursor],
    success: { status: 200, description: "A page of runs.", schema: "RunPage" },
    errors: ["not_found"],
    async handle({ store }, call) {
      return {
        body: await listRuns(store, {
          database: call.maybe(ofDatabase),
          search: call.maybe(searchDatabase),
          labels: call.all(ofLabels),
          state: call.maybe(ofState),
          limit: call.maybe(limit),
          cursor: call.maybe(cursor),
        }),
      };
    },
  },
  {
    id: "readRun",
    method: "GET",
    path: "/runs/:id",
    summary: "One run: its look, steps and report",
    parameters: [runId],
    success: { status: 200, description: "The run.", schema: "RunDetail" },
    errors: ["not_found"],
    async handle({ store }, call) {
      return { body: await readRun(store, call.need(runId)) };
    },
  },
  {
    id: "followRun",
    method: "GET",
    path: "/runs/:id/events",
    summary: "Follow a run live",
    description:
      "Server-sent events. Each has the event's number as `id`, its type (`run`, `step` or `log`) as `event` and a RunEvent " +
      "as JSON `data`, in order, none missing and none twice. A reader that connects again goes on behind Last-Event-ID. " +
      'When the run has ended, a last event named `end` carries `{"state": …}`: close the reader then.',
    parameters: [runId, after, lastEventId],
    success: { status: 200, description: "The events so far, then each new one.", schema: "event-stream" },
    errors: ["not_found"],
    async handle(context, call) {
      return followRun(
        context,
        call.request,
        call.need(runId),
        call.maybe(lastEventId) ?? call.maybe(after) ?? 0,
      );
    },
  },
  {
    id: "cancelRun",
    method: "POST",
    path: "/runs/:id/cancel",
    summary: "Cancel a run",
    description: "At once when it has not begun; else its worker stops the running step. Again is fine.",
    parameters: [runId],
    success: {
      status: 202,
      description: "It is cancelled, or will be.",
      schema: "CancelAccepted",
      headers: runLocation,
    },
    errors: ["not_found", "conflict"],
    async handle({ store }, call) {
      const id = call.need(runId);
      const { state } = await cancelRun(store, String(id));
      return {
        body: { id, state: state === "running" ? "running" : "cancelled", cancelRequested: true },
        headers: { location: `/api/v1/runs/${id}` },
      };
    },
  },
  {
    id: "rerun",
    method: "POST",
    path: "/runs/:id/rerun",
    summary: "Process the same change again, in a new run",
    parameters: [runId],
    success: { status: 202, description: "The new run.", schema: "RunAccepted", headers: runLocation },
    errors: ["not_found", "conflict"],
    async handle({ store }, call) {
      const made = await rerun(store, String(call.need(runId)), call.principal?.name ?? undefined);
      return accepted(made.id, true);
    },
  },
];
