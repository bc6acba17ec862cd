import { after, arrival, before, identity, type Rule, was } from "./rule.ts";

const extension = {
  kinds: ["extension"],
  source: "manual: 36.17 Packaging Related Objects into an Extension",
  lock: null,
} as const;

/** Extensions and schemas: what holds others. What is in them has its own rules. */
export const containerRules: readonly Rule[] = [
  {
    ...extension,
    name: "extension-added",
    when: "added",
    compatibility: "safe",
    why: (s) => `${identity(s)} ${after(s, "version") ?? ""} brings new objects; nobody used them before.`,
  },
  {
    ...extension,
    name: "extension-dropped",
    when: "removed",
    compatibility: "breaking",
    why: (s) => `Every statement that uses a type, function or operator of ${was(s)} fails from now on.`,
  },
  {
    ...extension,
    name: "extension-version",
    source: "manual: ALTER EXTENSION, UPDATE",
    when: ["version"],
    compatibility: "risky",
    why: (s) =>
      `${identity(s)} went from ${before(s, "version")} to ${after(s, "version")}: its update script may have changed or dropped what you use, and the library must be the same on standbys.`,
    safer: () => "Read the release notes, and try the update on a copy first.",
  },
  {
    ...extension,
    name: "extension-moved",
    source: "manual: ALTER EXTENSION, SET SCHEMA",
    when: ["schema"],
    compatibility: "breaking",
    why: (s) =>
      `The objects of ${identity(s)} are in ${after(s, "schema")}: statements that name ${before(s, "schema")}, or whose search_path lacks the new schema, fail.`,
  },
  {
    kinds: ["schema"],
    name: "schema-added",
    source: "manual: CREATE SCHEMA",
    when: "added",
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    kinds: ["schema"],
    name: "schema-dropped",
    source: "manual: DROP SCHEMA",
    when: "removed",
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `Every statement that names an object in ${was(s)} fails from now on, and their data are gone; every relation in it was locked.`,
    safer: (s) => `Revoke USAGE ON SCHEMA ${was(s)} first, and drop it when nobody missed it.`,
  },
  {
    kinds: ["schema"],
    name: "schema-renamed",
    source: "manual: ALTER SCHEMA",
    when: "renamed",
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `Every statement and search_path that names ${was(s)} misses its objects from now on; views and foreign keys follow the rename, function bodies do not.`,
  },
];
