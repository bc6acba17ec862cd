import { listDatabases, readDatabase } from "../../../store/read/databases.ts";
import { listObjects } from "../../../store/read/objects.ts";
import { requestRun } from "../../../store/runs.ts";
import { applyToSample } from "../../actions.ts";
import type { Operation } from "../../api/operation.ts";
import { accepted, runLocation } from "./accepted.ts";
import {
  cursor,
  databaseName,
  idempotencyKey,
  inState,
  limit,
  ofLabels,
  ofLastRun,
  ofStatus,
  search,
  searchDatabase,
} from "./parameters.ts";

export const databaseOperations: readonly Operation[] = [
  {
    id: "listDatabases",
    method: "GET",
    path: "/databases",
    summary: "The watched databases, by name",
    parameters: [searchDatabase, ofLabels, inState, ofStatus, ofLastRun, limit, cursor],
    success: { status: 200, description: "A page of databases.", schema: "DatabasePage" },
    errors: [],
    async handle({ store }, call) {
      return {
        body: await listDatabases(store, {
          search: call.maybe(searchDatabase),
          labels: call.all(ofLabels),
          state: call.maybe(inState),
          status: call.maybe(ofStatus),
          run: call.maybe(ofLastRun),
          limit: call.maybe(limit),
          cursor: call.maybe(cursor),
        }),
      };
    },
  },
  {
    id: "readDatabase",
    method: "GET",
    path: "/databases/:name",
    summary: "One database: its state, snapshot, drift and active runs",
    parameters: [databaseName],
    success: { status: 200, description: "The database.", schema: "DatabaseDetail" },
    errors: ["not_found"],
    async handle({ store }, call) {
      return { body: await readDatabase(store, call.need(databaseName)) };
    },
  },
  {
    id: "listObjects",
    method: "GET",
    path: "/databases/:name/objects",
    summary: "The objects of a database's current snapshot, by kind and identity",
    parameters: [databaseName, search, limit, cursor],
    success: { status: 200, description: "A page of objects.", schema: "ObjectPage" },
    errors: ["not_found"],
    async handle({ store }, call) {
      return {
        body: await listObjects(store, {
          database: call.need(databaseName),
          search: call.maybe(search),
          limit: call.maybe(limit),
          cursor: call.maybe(cursor),
        }),
      };
    },
  },
  {
    id: "triggerRun",
    method: "POST",
    path: "/databases/:name/runs",
    summary: "Look at a database now, and process what is found",
    parameters: [databaseName, idempotencyKey],
    success: {
      status: 202,
      description:
        "The run was requested, or is the one that this key requested before (`created` is false).",
      schema: "RunAccepted",
      headers: runLocation,
    },
    errors: ["not_found", "conflict"],
    async handle({ store }, call) {
      const { id, created } = await requestRun(store, {
        database: call.need(databaseName),
        idempotencyKey: call.maybe(idempotencyKey),
        requestedBy: call.principal?.name ?? undefined,
      });
      return accepted(id, created);
    },
  },
  {
    id: "applySampleChange",
    method: "POST",
    path: "/databases/:name/sample-change",
    summary: "Run the next sample statement on the sample database",
    description: "For the sample database only: no other one is ever changed by Schemawatch.",
    parameters: [databaseName],
    success: { status: 200, description: "The statement that was run.", schema: "AppliedChange" },
    errors: ["not_found", "conflict"],
    async handle(context, call) {
      return { body: await applyToSample(context, call.need(databaseName)) };
    },
  },
];
