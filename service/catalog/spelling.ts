import type { AttributeValue, CatalogObject, Kind, Snapshot } from "./model.ts";

const VIEWS: ReadonlySet<Kind> = new Set<Kind>(["view", "materialized view"]);

/** The first version that prints a view over one relation without that relation's name before each column (release notes of 16). */
const BARE_COLUMNS = 160000;
/** Two names with a dot between them, as in `orders.total`. */
const TWO_NAMES = /(?<![\w$".])("(?:[^"]|"")+"|[a-z_][\w$]*)\.("(?:[^"]|"")+"|[a-z_][\w$]*)(?![\w$.(])/g;

/** A value as it is compared. */
export type Spelling = (value: AttributeValue, object: CatalogObject) => AttributeValue;

/** The first version with the privilege MAINTAIN, which GRANT ALL gives there too (release notes of 17). */
const WITH_MAINTAIN = 170000;
const ALL = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER";

/**
 * How to compare what servers of these two versions printed:
 * - The same view reads `SELECT t.id FROM s.t` on PostgreSQL 15 and `SELECT id FROM s.t` on 16. Between such versions the
 *   relation's name before a column is not compared.
 * - All privileges on a table are one more on 17 than on 16. Between such versions all is all.
 * Otherwise the value is taken as it is.
 */
export function spellingBetween(before: Snapshot, after: Snapshot): Spelling {
  const straddle = (version: number) =>
    before.serverVersionNum < version !== after.serverVersionNum < version;
  const bareColumns = straddle(BARE_COLUMNS);
  const maintain = straddle(WITH_MAINTAIN);
  if (!bareColumns && !maintain) return (value) => value;
  const schemas = new Set(["pg_catalog", "information_schema"]);
  for (const { kind, identity } of [...before.objects, ...after.objects])
    if (kind === "schema") schemas.add(identity);
  return (value, { kind }) => {
    if (maintain && Array.isArray(value))
      return value.map((item) => item.replaceAll(`${ALL}, MAINTAIN`, ALL));
    if (!bareColumns || typeof value !== "string" || !VIEWS.has(kind)) return value;
    return value.replace(TWO_NAMES, (both, first, second) => (schemas.has(first) ? both : second));
  };
}
