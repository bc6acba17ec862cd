import { isSchema, type Json, type Schema } from "./strict.ts";

/** Below this many characters a reference saves little and hides more. */
const WORTH_SHARING = 400;

/**
 * The same schema with each part that occurs more than once moved to `definitions`. Argo CD's ApplicationSet repeats its
 * generators within each other: this makes a tenth of it.
 */
export function shareRepeated(schema: Schema): Schema {
  const seen = new Map<string, number>();
  count(schema, seen);
  const names = new Map<string, string>();
  const definitions: Record<string, Json> = {};

  function replace(value: Json): Json {
    if (Array.isArray(value)) return value.map(replace);
    if (!isSchema(value)) return value;
    const text = JSON.stringify(value);
    if (text.length < WORTH_SHARING || (seen.get(text) ?? 0) < 2 || !isNode(value))
      return replaceWithin(value);
    let name = names.get(text);
    if (name === undefined) {
      name = `shared${names.size + 1}`;
      names.set(text, name);
      definitions[name] = replaceWithin(value);
    }
    return { $ref: `#/definitions/${name}` };
  }

  function replaceWithin(value: Schema): Schema {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replace(inner)]));
  }

  const result = replaceWithin(schema);
  return names.size === 0 ? result : { ...result, definitions };
}

function count(value: Json, seen: Map<string, number>): void {
  if (Array.isArray(value)) for (const inner of value) count(inner, seen);
  if (!isSchema(value)) return;
  const text = JSON.stringify(value);
  seen.set(text, (seen.get(text) ?? 0) + 1);
  for (const inner of Object.values(value)) count(inner, seen);
}

/** Whether this is a schema, not the fields of one by name (among which one may be called "type"). */
function isNode(value: Schema): boolean {
  return typeof value.type === "string" || Array.isArray(value.type);
}
