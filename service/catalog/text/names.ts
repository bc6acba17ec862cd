import { quoteIdentifier, splitIdentity, unquoteIdentifier } from "../identifier.ts";
import { type Attributes, type CatalogObject, type Kind, WITHOUT_SCHEMA } from "../model.ts";
import { parseQuoted, quoted } from "./values.ts";

/** The attribute that stands behind the name, where a line has room for it: `column total: numeric(10,2)`. */
export const HEADLINE: Readonly<Partial<Record<Kind, string>>> = {
  column: "type",
  constraint: "definition",
  index: "definition",
};

/** What objects live in whose identity is neither a plain name nor a schema's and a name. Undefined: the database. */
const HOMES: Readonly<
  Partial<Record<Kind, (parts: readonly string[]) => CatalogObject["parent"] | undefined>>
> = {
  "user mapping": ([server = ""]) => ({ kind: "foreign server", identity: server }),
  "default privileges": (parts) =>
    parts.length === 3 ? { kind: "schema", identity: parts[0] ?? "" } : undefined,
  transform: () => undefined,
  cast: () => undefined,
};

/** What follows the name of an operator class or family. */
const METHOD = / USING (?:"(?:[^"]|"")+"|[^\s".]+)$/;

/** A name or identity as it stands in a header; one with hidden characters (a line break) is quoted behind an `@`. */
export function formatName(text: string): string {
  const safe = quoted(text);
  return safe.slice(1, -1).replaceAll('\\"', '"').replaceAll("\\\\", "\\") === text ? text : `@${safe}`;
}

/** Reads what formatName wrote. Throws SyntaxError. */
function parseName(text: string): string {
  return text.startsWith("@") ? parseQuoted(text.slice(1)) : text;
}

/**
 * Splits `name: rest` or `name` where the name may hold blanks, colons and brackets in quotes or parentheses. Throws
 * SyntaxError when it does not end.
 */
export function splitHeader(text: string): { name: string; rest: string | null } {
  const found =
    /^(@"(?:[^"\\]|\\.)*"|(?:"(?:[^"]|"")*"|\((?:"(?:[^"]|"")*"|[^"])*\)$| USING (?="|[^\s":(]+$)|[^\s":(])+)(?:: (.*))?$/su.exec(
      text,
    );
  if (found === null) throw new SyntaxError("a name was expected, with a colon before anything behind it");
  return { name: parseName(found[1] ?? ""), rest: found[2] ?? null };
}

/** Name, identity and parent of an object from what its header says. Throws SyntaxError when that is no identity. */
export function place(
  kind: Kind,
  written: string,
  home: CatalogObject | null,
): Pick<CatalogObject, "name" | "identity" | "parent"> {
  const parts = kind === "cast" ? [written] : splitIdentity(written.replace(METHOD, ""));
  const last = parts?.at(-1);
  if (parts === null || last === undefined) throw new SyntaxError(`${written} is not the name of a ${kind}`);
  const name = kind === "cast" ? "" : unquoteIdentifier(last);
  if (home !== null) {
    if (parts.length !== 1) throw new SyntaxError(`${written} is not the plain name of a ${kind}`);
    const prefix = kind === "index" ? home.parent?.identity : home.identity;
    const parent = { kind: home.kind, identity: home.identity };
    return { name, identity: `${prefix}.${quoteIdentifier(name)}`, parent };
  }
  if (WITHOUT_SCHEMA.has(kind)) {
    if (parts.length !== 1) throw new SyntaxError(`${written} is not the plain name of a ${kind}`);
    return { name, identity: written };
  }
  const homeOf = HOMES[kind];
  if (homeOf !== undefined) {
    const parent = homeOf(parts);
    return { name, identity: written, ...(parent === undefined ? {} : { parent }) };
  }
  const [schema] = parts;
  if (parts.length !== 2 || schema === undefined)
    throw new SyntaxError(`${written} does not name its schema`);
  return { name, identity: written, parent: { kind: "schema", identity: schema } };
}

/** What a constraint's definition begins with. */
const CONSTRAINT_TYPES = ["PRIMARY KEY", "UNIQUE", "CHECK", "FOREIGN KEY", "EXCLUDE", "NOT NULL"];

/**
 * Attributes that the other ones tell, so that a file need not: an index's table, a constraint's type. A file says one only
 * where it differs from this.
 */
export function implied(
  kind: Kind,
  attributes: Attributes,
  home: { readonly identity: string } | undefined,
): Record<string, string | undefined> {
  const { definition } = attributes;
  if (kind === "index") return { table: home?.identity };
  if (kind !== "constraint" || typeof definition !== "string") return {};
  return { type: CONSTRAINT_TYPES.find((type) => definition.startsWith(type)) };
}
