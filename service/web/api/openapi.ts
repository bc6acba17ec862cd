import { version } from "../../../package.json";
import type { ErrorCode } from "../../errors.ts";
import { STATUS } from "../status.ts";
import type { Operation } from "./operation.ts";
import type { Parameter } from "./parameter.ts";
import { SCHEMAS } from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

/** What may go wrong with every operation. */
const EVERYWHERE: readonly ErrorCode[] = [
  "invalid",
  "unauthorized",
  "forbidden",
  "internal",
  "unavailable",
  "timeout",
];

/** What each error says to the caller of an API. */
const MEANING: Readonly<Record<ErrorCode, string>> = {
  invalid: "A parameter or the body cannot be; the message names it.",
  unauthorized: "No token or session, or one that nobody has (any more).",
  forbidden: "A viewer may not do this, or the request comes from another site.",
  not_found: "There is nothing by this name or id.",
  conflict: "Not possible in the present state.",
  too_large: "The body is too large.",
  internal: "A defect of the service; its log has the details.",
  unavailable: "The store cannot be reached now; try again.",
  timeout: "The store did not answer in time; try again.",
};

/** The OpenAPI 3.1 document of the operations (https://spec.openapis.org/oas/v3.1.1). */
export function openApiOf(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Schemawatch",
      version,
      description:
        "Watched databases, the changes found in them and the runs that process them: the same words as the page. Times " +
        "are ISO 8601 in UTC. Lists come in pages: pass nextCursor as `cursor` for the next one.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    // Without AUTH_FILE the service listens on loopback only and asks nobody: hence the empty one.
    security: [{ token: [] }, { session: [] }, {}],
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An access token of AUTH_FILE." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "schemawatch_session",
          description: "The page's session; unsafe requests must come from the page itself.",
        },
      },
    },
  };
}

function describe(operation: Operation): Json {
  const { success } = operation;
  const viewer = operation.method === "GET";
  return {
    operationId: operation.id,
    summary: operation.summary,
    description: `${operation.description ? `${operation.description}\n\n` : ""}For ${viewer ? "viewers and operators" : "operators"}.`,
    parameters: operation.parameters.map(parameterOf),
    ...(viewer
      ? {}
      : { requestBody: { required: false, content: { "application/json": { schema: EMPTY } } } }),
    responses: {
      [success.status]: {
        description: success.description,
        ...(success.headers ? { headers: headersOf(success.headers) } : {}),
        content: contentOf(success.schema),
      },
      ...errorsOf([...EVERYWHERE, ...operation.errors, ...(viewer ? [] : (["too_large"] as const))]),
    },
  };
}

const EMPTY = { type: "object", additionalProperties: false };

function contentOf(schema: Operation["success"]["schema"]): Json {
  if (schema === "event-stream") return { "text/event-stream": { schema: { type: "string" } } };
  if (schema === "document") return { "application/json": { schema: { type: "object" } } };
  return { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
}

function parameterOf(parameter: Parameter): Json {
  const { name, description, repeated } = parameter;
  const schema = repeated ? { type: "array", items: parameter.schema } : parameter.schema;
  return { name, in: parameter.in, description, required: parameter.in === "path", schema };
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

function errorsOf(codes: readonly ErrorCode[]): Json {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  return Object.fromEntries(codes.map((code) => [STATUS[code], { description: MEANING[code], content }]));
}
