/**
 * How values travel. Serialisers must be idempotent: when a cached plan went stale the driver sends a statement again,
 * and gives them what they made the first time.
 */
interface ValueType {
  readonly to: number;
  readonly from: number[];
  readonly serialize: (value: unknown) => unknown;
  readonly parse: (text: string) => unknown;
}

const asText = (text: string): unknown => text;
const isoDate = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value));
const json = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const bool = (value: unknown) => (value === true || value === "t" || value === "true" ? "t" : "f");
const bytes = (value: unknown) =>
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value);

/** What one value of an element type is in JavaScript; types that are not named stay text. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  16: (text) => text === "t",
  17: (text) => Buffer.from(text.slice(2), "hex"),
  21: Number,
  23: Number,
  26: Number,
  114: JSON.parse,
  700: Number,
  701: Number,
  1184: (text) => new Date(text),
  3802: JSON.parse,
};

/** Array type OID → element type OID, from pg_type.dat; OIDs of built-in types never change. */
const arrays: Readonly<Record<number, number>> = {
  143: 142, // xml
  199: 114, // json
  271: 5069, // xid8
  1000: 16, // bool
  1001: 17, // bytea
  1002: 18, // "char"
  1003: 19, // name
  1005: 21, // int2
  1007: 23, // int4
  1008: 24, // regproc
  1009: 25, // text
  1010: 27, // tid
  1011: 28, // xid
  1014: 1042, // bpchar
  1015: 1043, // varchar
  1016: 20, // int8
  1021: 700, // float4
  1022: 701, // float8
  1028: 26, // oid
  1034: 1033, // aclitem
  1041: 869, // inet
  1115: 1114, // timestamp
  1182: 1082, // date
  1183: 1083, // time
  1185: 1184, // timestamptz
  1187: 1186, // interval
  1231: 1700, // numeric
  2207: 2202, // regprocedure
  2210: 2205, // regclass
  2211: 2206, // regtype
  2951: 2950, // uuid
  3807: 3802, // jsonb
  4090: 4089, // regnamespace
  4097: 4096, // regrole
};

/** The driver's `types` option: json from text or value, timestamptz as Date, the built-in arrays as arrays. */
export const valueTypes: Readonly<Record<string, ValueType>> = {
  json: { to: 114, from: [114, 3802], serialize: json, parse: JSON.parse },
  boolean: { to: 16, from: [16], serialize: bool, parse: (text) => text === "t" },
  bytea: { to: 17, from: [17], serialize: bytes, parse: (text) => Buffer.from(text.slice(2), "hex") },
  date: { to: 1184, from: [1184], serialize: isoDate, parse: (text) => new Date(text) },
  zoneless: { to: 1114, from: [1082, 1114], serialize: isoDate, parse: asText },
  ...Object.fromEntries(
    Object.entries(arrays).map(([array, element]) => {
      const parse = parsers[element] ?? asText;
      const type: ValueType = {
        to: Number(array),
        from: [Number(array)],
        serialize: (value) => (Array.isArray(value) ? writeArray(value, element) : value),
        parse: (text) => readArray(text, parse),
      };
      return [`array_${array}`, type];
    }),
  ),
};

function writeArray(values: readonly unknown[], element: number): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return "null";
    if (element !== 114 && element !== 3802 && Array.isArray(value)) return writeArray(value, element);
    return `"${elementText(value, element).replace(/[\\"]/g, "\\$&")}"`;
  });
  return `{${items.join(",")}}`;
}

function elementText(value: unknown, element: number): string {
  if (element === 114 || element === 3802) return json(value);
  if (value instanceof Date) return isoDate(value);
  return value instanceof Uint8Array ? bytes(value) : String(value);
}

/** Reads PostgreSQL's array text (`{a,"b c",NULL,{…}}`; bounds before `=` are dropped). */
function readArray(text: string, parse: (item: string) => unknown): unknown[] {
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;

  const list = (): unknown[] => {
    const values: unknown[] = [];
    at += 1;
    while (at < text.length && text[at] !== "}") {
      if (text[at] === ",") at += 1;
      values.push(text[at] === "{" ? list() : text[at] === '"' ? parse(quoted()) : bare());
    }
    at += 1;
    return values;
  };
  const quoted = (): string => {
    let value = "";
    for (at += 1; text[at] !== '"'; at += 1) {
      if (text[at] === "\\") at += 1;
      value += text[at];
    }
    at += 1;
    return value;
  };
  const bare = (): unknown => {
    const start = at;
    while (at < text.length && text[at] !== "," && text[at] !== "}") at += 1;
    const value = text.slice(start, at);
    return value === "NULL" ? null : parse(value);
  };
  return list();
}
