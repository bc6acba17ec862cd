import type { Kind } from "./model.ts";

/**
 * What tells where a schema lives rather than what it is: the versions of the system's collation libraries, a tablespace's
 * folder, the database's own name. Compared between two looks at one server only, and in no text and no fingerprint, so
 * that the same schema is the same on every server.
 */
const LOCAL: Readonly<Partial<Record<Kind, ReadonlySet<string>>>> = {
  database: new Set(["name", "collationVersion", "actualCollationVersion"]),
  collation: new Set(["collationVersion", "actualCollationVersion"]),
  tablespace: new Set(["location"]),
};

/** Whether an attribute of a kind is compared on one server only. */
export function isLocal(kind: Kind, attribute: string): boolean {
  return LOCAL[kind]?.has(attribute) ?? false;
}

/** Whether a kind has such attributes. */
export function hasLocal(kind: Kind): boolean {
  return LOCAL[kind] !== undefined;
}
