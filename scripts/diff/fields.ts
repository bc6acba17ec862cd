import type { KubeObject } from "../lib/kustomize.ts";

/** What an object has at a path such as "spec.template"; undefined where it ends early. */
export function at(object: KubeObject | undefined, path: string): unknown {
  let value: unknown = object;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Whether two objects have the same at a path. */
export function same(before: KubeObject, after: KubeObject, path: string): boolean {
  return Bun.deepEquals(at(before, path), at(after, path));
}

/** What an object has at a path when it is a list; else an empty one. */
export function listAt(object: KubeObject | undefined, path: string): unknown[] {
  const value = at(object, path);
  return Array.isArray(value) ? value : [];
}

/** Entries that a list has and another has not. */
export function gained(before: readonly unknown[], after: readonly unknown[]): unknown[] {
  return after.filter((entry) => !before.some((other) => Bun.deepEquals(entry, other)));
}

/** The fields of an object at a path, less those named. */
export function without(
  object: KubeObject,
  path: string,
  fields: readonly string[],
): Record<string, unknown> {
  const value = (at(object, path) ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !fields.includes(key)));
}
