import { after, identity, lastPart, relation, type Subject } from "./rule.ts";

/** Functions in column defaults that are not volatile, so that one value serves all rows (pg_proc.provolatile). */
const STEADY = new Set(
  (
    "now transaction_timestamp statement_timestamp current_setting coalesce nullif greatest least lower upper length concat " +
    "date_trunc date_part extract make_date make_interval make_timestamp make_timestamptz to_char to_date to_timestamp timezone " +
    "array row cast jsonb_build_object jsonb_build_array json_build_object json_build_array to_json to_jsonb md5 round floor ceil " +
    "abs age current_database current_schema pg_backend_pid numeric varchar char timestamp timestamptz time bit varying interval"
  ).split(" "),
);

/**
 * Whether the default of an added column must be computed row by row. A function that is not known counts as volatile,
 * as CREATE FUNCTION makes it unless told otherwise.
 */
export function addedDefaultIsVolatile(subject: Subject): boolean {
  const expression = after(subject, "default");
  if (typeof expression !== "string") return false;
  const withoutTexts = expression.replace(/'(?:[^']|'')*'/g, "''");
  const calls = withoutTexts.matchAll(/((?:[\w$]+|"(?:[^"]|"")*")(?:\.(?:[\w$]+|"(?:[^"]|"")*"))*)\s*\(/g);
  for (const [, name = ""] of calls) if (!STEADY.has(lastPart(name).toLowerCase())) return true;
  return false;
}

/** Whether a CHECK, on the table or dropped in the same change, shows that the column has no NULL: PostgreSQL 12 and newer then skip the scan. */
export function provesNotNull(subject: Subject): boolean {
  const proves = (definition: unknown) =>
    typeof definition === "string" &&
    definition.includes(`(${lastPart(identity(subject))} IS NOT NULL)`) &&
    !definition.includes("NOT VALID");
  const table = relation(subject);
  return (
    (subject.partsOf(table) ?? []).some((part) => proves(part.attributes.definition)) ||
    subject.siblings
      .within(table)
      .some(({ attributes }) => proves(attributes.definition?.before ?? attributes.definition?.after))
  );
}
