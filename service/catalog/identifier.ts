/**
 * The words that quote_ident() quotes: every keyword of PostgreSQL 18 that is not "unreserved" in pg_get_keywords().
 * Held here, not asked from the server, so that an identity is spelled the same whatever the server's version.
 */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast " +
    "char character check coalesce collate collation column concurrently constraint create cross current_catalog " +
    "current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable " +
    "desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group " +
    "grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array " +
    "json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value " +
    "lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize " +
    "not notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision " +
    "primary real references returning right row select session_user setof similar smallint some substring symmetric " +
    "system_user table tablesample then time timestamp to trailing treat trim true union unique user using values " +
    "varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest " +
    "xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
  ).split(" "),
);

const PLAIN = /^[a-z_][a-z0-9_]*$/;

/** A name as SQL would have to write it: as it is where that is safe, else in double quotes (as quote_ident does). */
export function quoteIdentifier(name: string): string {
  if (PLAIN.test(name) && !KEYWORDS.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** The inverse of quoteIdentifier. */
export function unquoteIdentifier(quoted: string): string {
  return quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
}

/**
 * The parts of an identity, still quoted: `public."My Table".id` gives three. A function's arguments are left out:
 * `public.f(bigint, text)` gives `public` and `f`. Null when the text is no identity (an open quote, an empty part).
 */
export function splitIdentity(identity: string): string[] | null {
  const parts: string[] = [];
  const part = /"(?:[^"]|"")+"|[^".()\s]+/y;
  for (let at = 0; ; ) {
    part.lastIndex = at;
    const found = part.exec(identity)?.[0];
    if (found === undefined) return null;
    parts.push(found);
    at += found.length;
    if (at === identity.length) return parts;
    if (identity[at] === "(") return identity.endsWith(")") ? parts : null;
    if (identity[at] !== ".") return null;
    at += 1;
  }
}
