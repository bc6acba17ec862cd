/** A JSON value; what a schema is made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Schema = { readonly [key: string]: Json };

/** The shape of a resource.Quantity, from k8s.io/apimachinery/pkg/api/resource/quantity.go (splitREString). */
const QUANTITY = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";

/** Keywords of JSON Schema that hold schemas by name, in a list, or one. */
const BY_NAME = new Set(["properties", "definitions"]);
const LISTS = new Set(["anyOf", "allOf", "oneOf"]);
const ONE = new Set(["items", "not", "additionalProperties"]);
const KEPT = new Set([
  ...["$ref", "type", "format", "enum", "required", "pattern", "minimum", "maximum", "exclusiveMinimum"],
  ...["exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "multipleOf"],
  ...["minProperties", "maxProperties"],
]);
/** Formats that kubeconform's validator knows; the others (int32, byte, …) say nothing that it would check. */
const FORMATS = new Set(["date-time", "duration"]);

export function isSchema(value: Json | undefined): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * An OpenAPI schema of Kubernetes as strict JSON Schema (draft 4): a field that the API does not know is an error, a
 * quantity may be a number, an int-or-string may be either. Descriptions, defaults and x-kubernetes-* (CEL rules, merge
 * keys) are left out: only a real API server evaluates those.
 */
export function strict(schema: Schema): Schema {
  return convert(schema, true);
}

/** `closing` is false below anyOf and its like: a branch adds conditions to fields that are listed around it. */
function convert(schema: Schema, closing: boolean): Schema {
  const free = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema["x-kubernetes-int-or-string"] === true || schema.format === "int-or-string") {
    return { type: ["integer", "string"] };
  }
  // An embedded object has its own apiVersion, kind and metadata, which its schema does not list.
  if (schema["x-kubernetes-embedded-resource"] === true) return { type: "object" };

  const result: Record<string, Json> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (BY_NAME.has(key) && isSchema(value)) result[key] = mapSchemas(value, closing);
    else if (LISTS.has(key) && Array.isArray(value)) {
      result[key] = value.map((branch) => (isSchema(branch) ? convert(branch, false) : branch));
    } else if (ONE.has(key)) result[key] = isSchema(value) ? convert(value, closing) : value;
    else if (key === "format" ? FORMATS.has(String(value)) : KEPT.has(key)) result[key] = value;
  }
  if (schema.nullable === true && typeof schema.type === "string") result.type = [schema.type, "null"];
  const listed = isSchema(schema.properties) && schema.additionalProperties === undefined;
  if (listed && closing && !free) result.additionalProperties = false;
  return result;
}

function mapSchemas(schemas: Schema, closing: boolean): Schema {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => [name, isSchema(value) ? convert(value, closing) : value]),
  );
}

/** `strict` for one named definition of Kubernetes' OpenAPI; a Quantity is the one that has to be known by name. */
export function strictDefinition(name: string, schema: Schema): Schema {
  if (name === "io.k8s.apimachinery.pkg.api.resource.Quantity") {
    return { oneOf: [{ type: "string", pattern: QUANTITY }, { type: "number" }] };
  }
  return strict(schema);
}

/** The names that a schema refers to as `#/definitions/<name>`, anywhere within. */
export function references(schema: Json): string[] {
  return [...JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)].map((match) => match[1] ?? "");
}
