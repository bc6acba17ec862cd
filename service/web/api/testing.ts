import { expect } from "bun:test";
import { operations } from "../routes/api/index.ts";
import { openApiOf } from "./openapi.ts";

/** A JSON Schema of the few words that the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly description?: string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** The document as a client gets it. */
export const document = JSON.parse(JSON.stringify(openApiOf(operations))) as Document;

/** Fails the test when the document does not promise this answer. */
export function checkAnswer(method: string, path: string, status: number, body: unknown): void {
  const bare = path.replace(/\?.*/, "");
  const found = Object.entries(document.paths).find(([template]) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+").replace(".", "\\.")}$`).test(bare),
  );
  const promised = found?.[1][method.toLowerCase()]?.responses[status]?.content["application/json"];
  if (promised === undefined) throw new Error(`the document promises no ${status} of ${method} ${path}`);
  expect({ path, faults: faultsOf(promised.schema, body, "$") }).toEqual({ path, faults: [] });
}

/** Where and why a value does not fit a schema. */
export function faultsOf(schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref !== undefined) {
    const named = document.components.schemas[schema.$ref.replace("#/components/schemas/", "")];
    return named === undefined ? [`${at}: no schema ${schema.$ref}`] : faultsOf(named, value, at);
  }
  if (schema.anyOf !== undefined) {
    const tries = schema.anyOf.map((one) => faultsOf(one, value, at));
    return tries.some((faults) => faults.length === 0) ? [] : tries.flat();
  }
  const faults: string[] = [];
  const must = (holds: boolean, what: string) => {
    if (!holds) faults.push(`${at} is ${JSON.stringify(value)}: ${what}`);
  };
  must(typeFits(schema.type, value), `no ${schema.type}`);
  if (schema.enum) must(schema.enum.includes(value), "not one of the words");
  if ("const" in schema) must(schema.const === value, `not ${schema.const}`);
  if (schema.minimum !== undefined) must(Number(value) >= schema.minimum, `below ${schema.minimum}`);
  if (schema.format === "date-time")
    must(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value)), "no time");
  if (Array.isArray(value)) {
    must(
      value.length >= (schema.minItems ?? 0) && value.length <= (schema.maxItems ?? Infinity),
      "a wrong length",
    );
    if (schema.items)
      for (const [i, item] of value.entries()) faults.push(...faultsOf(schema.items, item, `${at}[${i}]`));
  } else if (schema.type === "object" && value !== null && typeof value === "object") {
    for (const name of schema.required ?? []) must(name in value, `${name} is missing`);
    const all = Object.values(schema.patternProperties ?? {})[0];
    for (const [name, inner] of Object.entries(value)) {
      const known = schema.properties?.[name] ?? all;
      if (known) faults.push(...faultsOf(known, inner, `${at}.${name}`));
      else must(schema.additionalProperties !== false, `${name} is not described`);
    }
  }
  return faults;
}

function typeFits(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case "null":
      return value === null;
    case "integer":
      return Number.isSafeInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
