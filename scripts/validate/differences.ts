/**
 * The fields in which two values differ, as paths (`spec.replicas`); an entry of a list that has a name is addressed by it
 * (`containers[web].image`), another by its place.
 */
export function differences(one: unknown, other: unknown, path = ""): string[] {
  if (Object.is(one, other)) return [];
  const [a, b] = [fieldsOf(one), fieldsOf(other)];
  if (a === undefined || b === undefined || Array.isArray(one) !== Array.isArray(other)) return [path];
  const list = Array.isArray(one);
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) => {
    const inner = list ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return leaves(a.get(key), b.get(key), inner);
  });
}

/** A side that lacks a whole object differs in each of its leaves, so that rules name leaves only. */
function leaves(one: unknown, other: unknown, path: string): string[] {
  if (one !== undefined && other !== undefined) return differences(one, other, path);
  const [there, empty] = [one ?? other, Array.isArray(one ?? other) ? [] : {}];
  const fields = fieldsOf(there);
  return fields === undefined || fields.size === 0 ? [path] : differences(there, empty, path);
}

function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((entry: unknown, index): [string, unknown] => {
    const name = (entry as { name?: unknown } | null)?.name;
    return [typeof name === "string" ? name : String(index), entry];
  });
  const unique = new Set(named.map(([name]) => name)).size === value.length;
  return new Map(unique ? named : value.map((entry: unknown, index) => [String(index), entry]));
}
