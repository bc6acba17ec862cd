import { listChanges, readChange } from "../../../store/read/changes.ts";
import type { Operation } from "../../api/operation.ts";
import {
  changeId,
  cursor,
  limit,
  ofAction,
  ofCompatibility,
  ofDatabase,
  ofLabels,
  searchDatabase,
} from "./parameters.ts";

export const changeOperations: readonly Operation[] = [
  {
    id: "listChanges",
    method: "GET",
    path: "/changes",
    summary: "What was found, the newest first",
    parameters: [ofDatabase, searchDatabase, ofLabels, ofCompatibility, ofAction, limit, cursor],
    success: { status: 200, description: "A page of changes.", schema: "ChangePage" },
    errors: ["not_found"],
    async handle({ store }, call) {
      return {
        body: await listChanges(store, {
          database: call.maybe(ofDatabase),
          search: call.maybe(searchDatabase),
          labels: call.all(ofLabels),
          compatibility: call.maybe(ofCompatibility),
          action: call.maybe(ofAction),
          limit: call.maybe(limit),
          cursor: call.maybe(cursor),
        }),
      };
    },
  },
  {
    id: "readChange",
    method: "GET",
    path: "/changes/:id",
    summary: "One change: the objects that differ, their judgement and the impact",
    parameters: [changeId, limit, cursor],
    success: {
      status: 200,
      description: "The change with a page of its objects, worst first; `nextCursor` leads to more.",
      schema: "ChangeDetail",
    },
    errors: ["not_found"],
    async handle({ store }, call) {
      const page = { limit: call.maybe(limit), cursor: call.maybe(cursor) };
      return { body: await readChange(store, call.need(changeId), page) };
    },
  },
];
