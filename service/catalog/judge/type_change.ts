/** What a change of a column's type does to values: keeps every one, may refuse or cut some, or makes them something else. */
export type Sense = "wider" | "narrower" | "different";

export interface TypeChange {
  readonly sense: Sense;
  /** Whether PostgreSQL rewrites the table for it. */
  readonly rewrite: boolean;
}

interface TypeName {
  readonly base: string;
  /** Length, precision or precision and scale; empty when not limited. */
  readonly limits: readonly number[];
  readonly array: boolean;
}

const INTEGERS = ["smallint", "integer", "bigint"];
const FLOATS = ["real", "double precision"];
/** From → to with the same bits, so that nothing is rewritten (pg_cast.castmethod = 'b'). */
const SAME_BITS = new Set([
  "character varying>text",
  "text>character varying",
  "cidr>inet",
  "xml>text",
  "xml>character varying",
]);
/** Types whose larger limit is known to keep every value: they have a planner support function for their length coercion. */
const GROWING = new Set([
  "character varying",
  "bit varying",
  "numeric",
  "time without time zone",
  "time with time zone",
  "timestamp without time zone",
  "timestamp with time zone",
  "interval",
]);
/** Keep every value in another form. */
const WIDENING = new Set([
  "smallint>numeric",
  "integer>numeric",
  "bigint>numeric",
  "integer>double precision",
  "smallint>real",
  "smallint>double precision",
  "date>timestamp without time zone",
  "character>text",
  "character>character varying",
]);

/**
 * Judges a change between two types as format_type() writes them. Source: manual, ALTER TABLE, Notes (binary coercible
 * types and unconstrained domains are not rewritten), and ATColumnChangeRequiresRewrite in tablecmds.c.
 */
export function typeChange(before: string, after: string): TypeChange {
  const from = parse(before);
  const to = parse(after);
  if (from.array !== to.array) return { sense: "different", rewrite: true };
  const change = scalarChange(from, to);
  // Elements of arrays are always coerced one by one.
  return from.array ? { ...change, rewrite: true } : change;
}

function scalarChange(from: TypeName, to: TypeName): TypeChange {
  if (from.base === to.base) {
    const wider = holdsAll(from, to);
    return { sense: wider ? "wider" : "narrower", rewrite: !(wider && GROWING.has(from.base)) };
  }
  const pair = `${from.base}>${to.base}`;
  if (SAME_BITS.has(pair)) {
    const wider = to.limits.length === 0;
    return { sense: wider ? "wider" : "narrower", rewrite: !wider };
  }
  for (const ladder of [INTEGERS, FLOATS]) {
    const [low, high] = [ladder.indexOf(from.base), ladder.indexOf(to.base)];
    if (low >= 0 && high >= 0) return { sense: high > low ? "wider" : "narrower", rewrite: true };
  }
  if (WIDENING.has(pair) && to.limits.length === 0) return { sense: "wider", rewrite: true };
  return { sense: "different", rewrite: true };
}

function holdsAll(from: TypeName, to: TypeName): boolean {
  if (to.limits.length === 0) return true;
  if (from.limits.length === 0) return /^time|^interval/.test(from.base) && to.limits[0] === 6;
  if (from.base === "numeric")
    return from.limits[1] === to.limits[1] && (from.limits[0] ?? 0) <= (to.limits[0] ?? 0);
  return (from.limits[0] ?? 0) <= (to.limits[0] ?? 0);
}

function parse(type: string): TypeName {
  const array = type.endsWith("[]");
  const plain = type.replace(/(\[\])+$/, "");
  const limits = /\(([\d,\s]+)\)/.exec(plain)?.[1]?.split(",").map(Number) ?? [];
  return { base: plain.replace(/\([\d,\s]+\)/, ""), limits, array };
}
