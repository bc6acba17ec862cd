import { quoteIdentifier } from "../identifier.ts";
import { isLocal } from "../local.ts";
import {
  type AttributeValue,
  type CatalogObject,
  compareObjects,
  objectKey,
  PARTS,
  type Snapshot,
} from "../model.ts";
import { formatName, HEADLINE, implied } from "./names.ts";
import { formatBlock, formatScalar, isBare } from "./values.ts";

/** Lists that fit on a line when each item is a plain word. */
const INLINE: ReadonlySet<string> = new Set(["columns", "roles"]);

/** How a file says what its look could not read, so that it is not taken for what is not there. */
export const UNREAD = { kinds: "kinds not read", attributes: "attributes not read" } as const;

/**
 * A snapshot as text for people: sorted, each table with its parts below it, one attribute a line, so that a change is
 * a small change of the text. Holds no OIDs and no times: the same schema gives the same text on every server.
 */
export function formatSnapshot(snapshot: Snapshot): string {
  const major = Math.floor(snapshot.serverVersionNum / 10000);
  const lines = [`# schemawatch snapshot, format ${snapshot.format}, PostgreSQL ${major}`];
  for (const what of snapshot.unreadable) lines.push(`# not read: ${what.replaceAll(/\s+/g, " ")}`);
  for (const [name, words] of Object.entries(UNREAD)) {
    const unread = snapshot.unseen?.[name as keyof typeof UNREAD] ?? [];
    if (unread.length > 0) lines.push(`${words}: ${unread.join(", ")}`);
  }
  const parts = new Map<string, CatalogObject[]>();
  const top: CatalogObject[] = [];
  for (const object of [...snapshot.objects].sort(compareObjects)) {
    if (!PARTS.has(object.kind) || object.parent === undefined) top.push(object);
    else {
      const home = objectKey(object.parent);
      const list = parts.get(home);
      if (list === undefined) parts.set(home, [object]);
      else list.push(object);
    }
  }
  for (const object of top) {
    lines.push("", ...formatObject(object, object.identity, "", null));
    const below = parts.get(objectKey(object)) ?? [];
    const columns = below.filter((part) => part.kind === "column").sort(byPosition);
    columns.forEach((column, index) => {
      lines.push(...formatObject(column, quoteIdentifier(column.name), "  ", index + 1));
    });
    for (const part of below) {
      if (part.kind !== "column") lines.push(...formatObject(part, quoteIdentifier(part.name), "  ", null));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `position` is what a column's place in the text says already. */
function formatObject(
  object: CatalogObject,
  name: string,
  indent: string,
  position: number | null,
): string[] {
  const { kind, attributes } = object;
  const headline = HEADLINE[kind];
  const told = headline === undefined ? undefined : attributes[headline];
  const behind = typeof told === "string" && isBare(told) ? told : null;
  const lines = [`${indent}${kind} ${formatName(name)}${behind === null ? "" : `: ${behind}`}`];
  const deeper = `${indent}  `;
  const known = implied(kind, attributes, object.parent);
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key] ?? null;
    if ((key === headline && behind !== null) || (key === "position" && value === position)) continue;
    if (value === known[key] || isLocal(kind, key)) continue;
    lines.push(...formatAttribute(key, value, deeper));
  }
  return lines;
}

function formatAttribute(key: string, value: AttributeValue, indent: string): string[] {
  if (INLINE.has(key) && Array.isArray(value) && value.every((item) => /^\w[\w$]*$/.test(item))) {
    return [`${indent}${key}: [${value.join(", ")}]`];
  }
  const scalar = formatScalar(value);
  if (scalar !== null) return [`${indent}${key}: ${scalar}`];
  const deeper = `${indent}  `;
  if (typeof value === "string") return [`${indent}${key}:`, ...formatBlock(value, deeper)];
  const items = (value as readonly string[]).flatMap((item) => {
    const line = formatScalar(item);
    return line === null ? [`${deeper}-`, ...formatBlock(item, `${deeper}  `)] : [`${deeper}- ${line}`];
  });
  return [`${indent}${key}:`, ...items];
}

function byPosition(a: CatalogObject, b: CatalogObject): number {
  return Number(a.attributes.position) - Number(b.attributes.position);
}
