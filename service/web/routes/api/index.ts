import { Elysia } from "elysia";
import { type Operation, readCall, refuseBody } from "../../api/operation.ts";
import type { WebContext } from "../../context.ts";
import { changeOperations } from "./changes.ts";
import { databaseOperations } from "./databases.ts";
import { documentOperation } from "./document.ts";
import { runOperations } from "./runs.ts";

/** Every operation of the API; the document is made of the same list. */
export const operations: readonly Operation[] = [
  ...databaseOperations,
  ...changeOperations,
  ...runOperations,
  documentOperation(() => operations),
];

/** The JSON API. Bodies are read here, not by Elysia: no operation takes any. */
export function apiRoutes(context: WebContext) {
  const app = new Elysia({ name: "api", prefix: "/api/v1" });
  for (const operation of operations) {
    app.route(
      operation.method,
      operation.path,
      async ({ request, params, set }) => {
        if (operation.method === "POST") await refuseBody(request);
        const call = readCall(operation, request, params, context.auth.principal(request));
        const answer = await operation.handle(context, call);
        if (answer instanceof Response) return answer;
        set.status = operation.success.status;
        Object.assign(set.headers, { "cache-control": "no-store" }, answer.headers);
        return answer.body;
      },
      { parse: "none" },
    );
  }
  return app;
}
