import { splitIdentity, unquoteIdentifier } from "../identifier.ts";
import type { Kind } from "../model.ts";
import { after, identity, listAfter, ownName, type Rule, type Subject } from "./rule.ts";

/** The longest name in bytes: NAMEDATALEN - 1 (manual: 4.1.1 Identifiers and Key Words). */
const LONGEST = 63;

/** Kinds whose names people choose. The server itself cuts the names that it makes of indexes, constraints and sequences to fit. */
const NAMED: readonly Kind[] = [
  "schema",
  "enum",
  "composite type",
  "domain",
  "table",
  "view",
  "materialized view",
  "column",
  "function",
  "procedure",
  "trigger",
  "policy",
  "role",
];

/** Whether a name is as long as a cut one is: between characters, so one of several bytes may have left some free. */
function looksCut(subject: Subject): boolean {
  const last = splitIdentity(identity(subject))?.at(-1);
  if (last === undefined) return false;
  const name = unquoteIdentifier(last);
  const bytes = Buffer.byteLength(name);
  return bytes === LONGEST || (bytes !== name.length && bytes > LONGEST - 3);
}

function cut(when: "added" | "renamed"): Rule {
  return {
    kinds: NAMED,
    name: when === "added" ? "name-cut" : "name-cut-renamed",
    source: "manual: 4.1.1 Identifiers and Key Words",
    when,
    if: looksCut,
    compatibility: "safe",
    lock: null,
    why: (s) =>
      `${ownName(s)} has as many bytes as a name can have: what was longer was cut, and another name that begins like this one is the same name.`,
    safer: () => `Choose a name of fewer than ${LONGEST} bytes.`,
  };
}

/** Names and types that are easier to choose well while they are new. */
export const nameAdviceRules: readonly Rule[] = [
  cut("added"),
  cut("renamed"),
  {
    kinds: ["enum"],
    name: "enum-added",
    source: "manual: 8.7 Enumerated Types",
    when: "added",
    compatibility: "safe",
    lock: null,
    why: (s) =>
      `${identity(s)} can get values but never lose one: to remove one, the type and every column of it must be made anew.`,
    safer: () => "Where values will come and go, use a table of them and a foreign key.",
  },
  {
    kinds: ["domain"],
    name: "domain-added-constrained",
    source: "manual: ALTER DOMAIN, Notes",
    when: "added",
    if: (s) => after(s, "notNull") === true || listAfter(s, "constraints").length > 0,
    compatibility: "safe",
    lock: null,
    why: (s) =>
      `${identity(s)} checks every value: another check later reads every table that has a column of it, and refuses writes to all of them meanwhile.`,
    safer: () => "Use the base type, with a CHECK on each column that needs it.",
  },
];
