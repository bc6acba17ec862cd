import type { Kind } from "../model.ts";
import {
  after,
  arrival,
  before,
  identity,
  listAfter,
  listBefore,
  MEASURED,
  ownName,
  type Rule,
  remade,
  type Subject,
  was,
} from "./rule.ts";

const TYPES: readonly Kind[] = ["enum", "composite type", "domain", "range type", "base type"];
const ENUM_SOURCE = "manual: ALTER TYPE";
const DOMAIN_SOURCE = "manual: ALTER DOMAIN";

const enumType = { kinds: ["enum"], source: ENUM_SOURCE, when: ["values"], lock: null } as const;
const composite = { kinds: ["composite type"], source: ENUM_SOURCE, when: ["fields"] } as const;
const baseType = { kinds: ["base type"], source: ENUM_SOURCE, lock: null } as const;
const domain = { kinds: ["domain"], source: DOMAIN_SOURCE } as const;

const usersOf = (s: Subject) => `the tables with a column of ${identity(s)}`;

function gone(s: Subject, attribute: string): string[] {
  return listBefore(s, attribute).filter((one) => !listAfter(s, attribute).includes(one));
}

function come(s: Subject, attribute: string): string[] {
  return listAfter(s, attribute).filter((one) => !listBefore(s, attribute).includes(one));
}

function reordered(s: Subject, attribute: string): boolean {
  const kept = listBefore(s, attribute).filter((one) => listAfter(s, attribute).includes(one));
  const order = listAfter(s, attribute).filter((one) => kept.includes(one));
  return kept.some((one, index) => one !== order[index]);
}

/** What the type of the same name that took its place lacks. */
function without(s: Subject): string {
  const now = s.siblings.of(s.difference.kind, identity(s)).find((other) => other.action === "added");
  const kept = now?.attributes.values?.after ?? now?.attributes.fields?.after;
  if (!Array.isArray(kept)) return "";
  const lost = [...listBefore(s, "values"), ...listBefore(s, "fields")].filter((one) => !kept.includes(one));
  return lost.length > 0 ? ` without ${lost.join(", ")}` : "";
}

const ENUMS: readonly Rule[] = [
  {
    ...enumType,
    name: "enum-value-added",
    if: (s) => gone(s, "values").length === 0 && come(s, "values").length > 0,
    compatibility: "safe",
    why: (s) =>
      `${identity(s)} has the new value ${come(s, "values").join(", ")}: readers that list every value must learn it before it is written.`,
  },
  {
    ...enumType,
    name: "enum-value-renamed",
    if: (s) =>
      gone(s, "values").length > 0 && listBefore(s, "values").length === listAfter(s, "values").length,
    compatibility: "breaking",
    why: (s) =>
      `${gone(s, "values").join(", ")} of ${identity(s)} is ${come(s, "values").join(", ")}: statements with the old word fail, and readers meet a word that they do not know.`,
    safer: (s) =>
      `ALTER TYPE ${identity(s)} ADD VALUE …; move rows and programs to it, and leave the old value unused.`,
  },
  {
    ...enumType,
    name: "enum-value-removed",
    source: MEASURED,
    if: (s) =>
      gone(s, "values").length > 0 && listBefore(s, "values").length !== listAfter(s, "values").length,
    compatibility: "breaking",
    why: (s) =>
      `Statements that name ${gone(s, "values").join(", ")} of ${identity(s)} fail. PostgreSQL cannot remove a value: the type was made anew, and ${usersOf(s)} were rewritten for it.`,
    safer: (s) =>
      `Leave the value in ${identity(s)} and forbid it where it is used: CHECK (… <> '${gone(s, "values")[0]}') NOT VALID.`,
  },
  {
    ...enumType,
    name: "enum-reordered",
    source: MEASURED,
    if: (s) => reordered(s, "values"),
    compatibility: "breaking",
    why: (s) =>
      `The values of ${identity(s)} compare and sort in another order: ORDER BY, <, > and indexes give other results.`,
  },
];

const COMPOSITES: readonly Rule[] = [
  {
    ...composite,
    name: "composite-field-added",
    if: (s) => gone(s, "fields").length === 0 && come(s, "fields").length > 0,
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) =>
      `Values of ${identity(s)} have one field more (${come(s, "fields").join(", ")}): ROW(…) without it fails, and readers by position meet it.`,
  },
  {
    ...composite,
    name: "composite-field-changed",
    if: (s) => gone(s, "fields").length > 0,
    compatibility: "breaking",
    lock: "ACCESS EXCLUSIVE",
    why: (s) => `Statements that use ${gone(s, "fields").join(", ")} of ${identity(s)} fail from now on.`,
    safer: () => "Make a new type and move the columns and functions to it one by one.",
  },
  {
    ...composite,
    name: "composite-reordered",
    source: MEASURED,
    if: (s) => reordered(s, "fields"),
    compatibility: "breaking",
    lock: null,
    why: (s) => `The fields of ${identity(s)} stand in another order: ROW(…) fills the wrong ones.`,
  },
];

const DOMAINS: readonly Rule[] = [
  {
    ...domain,
    name: "domain-constraint-added",
    when: ["constraints"],
    if: (s) => come(s, "constraints").some((one) => !/NOT VALID$/.test(one)),
    compatibility: "breaking",
    lock: "SHARE",
    lockOn: usersOf,
    scan: true,
    why: (s) =>
      `Values that break ${come(s, "constraints").join(", ")} are refused wherever ${identity(s)} is used; every such table is read and refuses writes meanwhile.`,
    safer: (s) =>
      `ALTER DOMAIN ${identity(s)} ADD CONSTRAINT … CHECK (…) NOT VALID; then ALTER DOMAIN ${identity(s)} VALIDATE CONSTRAINT …;`,
  },
  {
    ...domain,
    name: "domain-constraint-added-not-valid",
    when: ["constraints"],
    if: (s) => come(s, "constraints").some((one) => /NOT VALID$/.test(one)),
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `New values that break ${come(s, "constraints").join(", ")} are refused wherever ${identity(s)} is used; old ones were not read.`,
  },
  {
    ...domain,
    name: "domain-constraint-dropped",
    when: ["constraints"],
    if: (s) => gone(s, "constraints").length > 0,
    compatibility: "risky",
    lock: null,
    why: (s) =>
      `${identity(s)} takes values that ${gone(s, "constraints").join(", ")} refused: readers may meet what they never met.`,
  },
  {
    ...domain,
    name: "domain-required",
    when: ["notNull"],
    if: (s) => after(s, "notNull") === true,
    compatibility: "breaking",
    lock: "SHARE",
    lockOn: usersOf,
    scan: true,
    why: (s) =>
      `NULL is refused wherever ${identity(s)} is used; every such table is read and refuses writes meanwhile.`,
    safer: (s) =>
      `ALTER DOMAIN ${identity(s)} ADD CONSTRAINT … CHECK (VALUE IS NOT NULL) NOT VALID; then VALIDATE it.`,
  },
  {
    ...domain,
    name: "domain-optional",
    when: ["notNull"],
    if: (s) => before(s, "notNull") === true,
    compatibility: "risky",
    lock: null,
    why: (s) => `NULL may come wherever ${identity(s)} is used: readers that never met one may fail.`,
  },
  {
    ...domain,
    name: "domain-default",
    when: ["default"],
    compatibility: "safe",
    lock: null,
    why: (s) => `New rows that leave a column of ${identity(s)} out get another value.`,
  },
  {
    ...domain,
    name: "domain-retyped",
    source: MEASURED,
    when: ["type", "collation"],
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `${identity(s)} is another type under the same name, so it was dropped and made anew with all that used it.`,
  },
];

const BASE_TYPES: readonly Rule[] = [
  {
    ...baseType,
    name: "base-type-completed",
    source: "manual: CREATE TYPE, Base Types",
    when: ["shell"],
    compatibility: "safe",
    why: (s) => `${identity(s)}, which was only announced, can be used from now on.`,
  },
  {
    ...baseType,
    name: "base-type-functions",
    when: ["receive", "send", "modifierInput", "modifierOutput", "analyze", "subscript"],
    if: (s) => !("shell" in s.difference.attributes),
    compatibility: "risky",
    why: (s) =>
      `Values of ${identity(s)} are sent, limited, analysed or subscripted by other functions: programs that use them may fail.`,
  },
  {
    ...baseType,
    name: "base-type-storage",
    when: ["storage"],
    if: (s) => !("shell" in s.difference.attributes),
    compatibility: "safe",
    why: (s) => `New columns of ${identity(s)} are stored otherwise; what is there stays as it is.`,
  },
  {
    ...baseType,
    name: "base-type-redefined",
    source: MEASURED,
    when: [
      "input",
      "output",
      "length",
      "byValue",
      "alignment",
      "category",
      "preferred",
      "delimiter",
      "element",
      "default",
      "collatable",
    ],
    if: (s) => !("shell" in s.difference.attributes),
    compatibility: "breaking",
    why: (s) =>
      `${identity(s)} is another type under the same name, so it was dropped and made anew with all that used it.`,
  },
];

/** Enums, composite types, domains, range types and base types. */
export const typeRules: readonly Rule[] = [
  {
    kinds: TYPES,
    name: "type-added",
    source: "manual: CREATE TYPE",
    when: "added",
    compatibility: "safe",
    lock: null,
    why: arrival,
  },
  {
    kinds: TYPES,
    name: "type-dropped",
    source: "manual: DROP TYPE",
    when: "removed",
    if: (s) => !remade(s),
    compatibility: "breaking",
    lock: null,
    why: (s) => `Casts, functions and columns that name ${was(s)} fail from now on.`,
  },
  {
    kinds: TYPES,
    name: "type-remade",
    source: MEASURED,
    when: "removed",
    if: remade,
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `${identity(s)} was dropped and made anew${without(s)}: the columns that have it were rewritten or dropped, and drivers that keep its OID must learn the new one.`,
  },
  {
    kinds: TYPES,
    name: "type-renamed",
    source: ENUM_SOURCE,
    when: "renamed",
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `Columns follow the rename, but casts and function bodies that say ${was(s)} fail from now on, and drivers that know types by name do not know ${ownName(s)}.`,
  },
  ...ENUMS,
  ...COMPOSITES,
  ...DOMAINS,
  ...BASE_TYPES,
  {
    kinds: ["range type"],
    name: "range-redefined",
    source: MEASURED,
    when: ["subtype", "multirange", "collation", "opclass", "canonical", "subtypeDiff"],
    compatibility: "breaking",
    lock: null,
    why: (s) =>
      `${identity(s)} is another range type under the same name, so it was dropped and made anew with all that used it.`,
  },
];
