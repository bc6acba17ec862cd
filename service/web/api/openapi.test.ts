import { expect, test } from "bun:test";
import { document, faultsOf } from "./testing.ts";

test("every operation is described once, with its parameters, answers and errors", () => {
  const ids: string[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      ids.push(operation.operationId);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = operation.parameters.filter((parameter) => parameter.in === "path");
      expect(declared.map((parameter) => parameter.name)).toEqual(inPath as string[]);
      expect(declared.every((parameter) => parameter.required)).toBe(true);
      const statuses = Object.keys(operation.responses);
      for (const status of ["400", "401", "403", "500", "503", "504"]) expect(statuses).toContain(status);
      expect(statuses.filter((status) => status.startsWith("2"))).toHaveLength(1);
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(document.paths).sort()).toEqual([
    "/changes",
    "/changes/{id}",
    "/databases",
    "/databases/{name}",
    "/databases/{name}/objects",
    "/databases/{name}/runs",
    "/databases/{name}/sample-change",
    "/openapi.json",
    "/runs",
    "/runs/{id}",
    "/runs/{id}/cancel",
    "/runs/{id}/events",
    "/runs/{id}/rerun",
  ]);
});

test("every reference leads to a schema, and every schema uses only words that the check knows", () => {
  const known = new Set([
    ...["$ref", "type", "anyOf", "enum", "const", "properties", "patternProperties", "required"],
    ...["additionalProperties", "items", "format", "minimum", "minItems", "maxItems", "description"],
  ]);
  const walk = (schema: object): void => {
    for (const [word, value] of Object.entries(schema)) {
      expect(known).toContain(word);
      if (word === "$ref") {
        expect(Object.keys(document.components.schemas)).toContain(String(value).split("/").at(-1) ?? "");
      }
      if (word === "items") walk(value);
      if (word === "anyOf") for (const one of value) walk(one);
      if (word === "properties" || word === "patternProperties")
        for (const one of Object.values(value)) walk(one as object);
    }
  };
  for (const schema of Object.values(document.components.schemas)) walk(schema);
});

test("the check of answers finds what does not fit", () => {
  const accepted = { $ref: "#/components/schemas/RunAccepted" };
  expect(faultsOf(accepted, { id: 1, created: true }, "$")).toEqual([]);
  for (const wrong of [
    { id: "1", created: true },
    { id: 1 },
    { id: 0, created: true },
    { id: 1, created: true, x: 1 },
    null,
  ]) {
    expect(faultsOf(accepted, wrong, "$")).not.toEqual([]);
  }
});
