import type { Operation } from "../../api/operation.ts";

/** The document that describes the other operations and itself. Made when first asked for: most processes never are. */
export function documentOperation(all: () => readonly Operation[]): Operation {
  let body: unknown;
  return {
    id: "readDocument",
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    parameters: [],
    success: { status: 200, description: "OpenAPI 3.1.", schema: "document" },
    errors: [],
    async handle() {
      if (body === undefined) {
        const { openApiOf } = await import("../../api/openapi.ts");
        body = openApiOf(all());
      }
      return { body };
    },
  };
}
