import type { AttributeValue, CatalogObject, Snapshot } from "./model.ts";

/** The first version that prints a view over one relation without that relation's name before each column (release notes of 16). */
const BARE_COLUMNS = 160000;
/** Two names with a dot between them, as in `orders.total`. */
const TWO_NAMES = /(?<![\w$".])("(?:[^"]|"")+"|[a-z_][\w$]*)\.("(?:[^"]|"")+"|[a-z_][\w$]*)(?![\w$.(])/g;

/** A value as it is compared. */
export type Spelling = (value: AttributeValue, object: CatalogObject) => AttributeValue;

/**
 * How to compare definitions that servers of these two versions printed: the same view reads `SELECT t.id FROM s.t` on
 * PostgreSQL 15 and `SELECT id FROM s.t` on 16. Between such versions the relation's name before a column is not compared;
 * otherwise the value is taken as it is.
 */
export function spellingBetween(before: Snapshot, after: Snapshot): Spelling {
  if (before.serverVersionNum < BARE_COLUMNS === after.serverVersionNum < BARE_COLUMNS)
    return (value) => value;
  const schemas = new Set(["pg_catalog", "information_schema"]);
  for (const { kind, identity } of [...before.objects, ...after.objects])
    if (kind === "schema") schemas.add(identity);
  return (value, { kind }) => {
    if (typeof value !== "string" || (kind !== "view" && kind !== "materialized view")) return value;
    return value.replace(TWO_NAMES, (both, first, second) => (schemas.has(first) ? both : second));
  };
}
