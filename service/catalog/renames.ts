import { each, type Slices } from "../slices.ts";
import { quoteIdentifier } from "./identifier.ts";
import { type AttributeValue, type CatalogObject, type Kind, objectKey } from "./model.ts";
import type { Pairing } from "./pairing.ts";

/** Dotted names as the server prints them. */
const NAMES = /(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*))*/g;
const PARTS = /"(?:[^"]|"")+"|[^".]+/g;

/**
 * The renames between two snapshots, to tell a definition that was altered from one that only names things by their
 * new names.
 */
export interface Renames {
  /** The old value as it would read with the new names. */
  apply(value: AttributeValue, old: CatalogObject): AttributeValue;
}

/** Collects every identity that is another one now, with the parents' renames in it. */
export function* collectRenames(pairing: Pairing): Slices<Renames> {
  const identities = new Map<string, string>();
  const columns = new Map<string, Map<string, string>>();
  yield* each(pairing.pairs, ([old, now]) => {
    if (old.identity === now.identity) return;
    identities.set(withoutArguments(old), withoutArguments(now));
    if (old.kind !== "column" || old.parent === undefined || old.name === now.name) return;
    const home = objectKey(old.parent);
    const names = columns.get(home) ?? new Map<string, string>();
    columns.set(home, names.set(old.name, now.name));
  });
  if (identities.size === 0) return { apply: (value) => value };

  /** Names that need no qualification within the text of this object: its own and its table's columns. */
  const namesWithin = (old: CatalogObject): Map<string, string> => {
    const own = columns.get(objectKey(old.parent ?? old)) ?? columns.get(objectKey(old));
    const names = new Map(own ?? []);
    const now = pairing.pairs.get(old);
    if (now !== undefined && now.name !== old.name) names.set(old.name, now.name);
    return names;
  };
  const renameText = (text: string, bare: ReadonlyMap<string, string>): string =>
    text.replace(NAMES, (name) => {
      const parts = name.match(PARTS) ?? [name];
      for (let length = parts.length; length > 1; length--) {
        const known = identities.get(parts.slice(0, length).join("."));
        if (known !== undefined) return [known, ...parts.slice(length)].join(".");
      }
      const last = bare.get(parts.at(-1) ?? "");
      return last === undefined ? name : [...parts.slice(0, -1), last].join(".");
    });
  return {
    apply: (value, old) => {
      if (typeof value !== "string" && !Array.isArray(value)) return value;
      const raw = namesWithin(old);
      const bare = new Map([...raw].map(([from, to]) => [quoteIdentifier(from), quoteIdentifier(to)]));
      if (typeof value === "string") return renameText(value, bare);
      return value.map((item) => raw.get(item) ?? renameText(item, bare));
    },
  };
}

const BY_MORE_THAN_NAME: ReadonlySet<Kind> = new Set<Kind>([
  "function",
  "procedure",
  "aggregate",
  "operator family",
  "operator class",
]);

/** The name as definitions print it: a function's without its arguments, an operator class's without its access method. */
function withoutArguments(object: CatalogObject): string {
  const { kind, identity, parent, name } = object;
  return BY_MORE_THAN_NAME.has(kind) && parent !== undefined
    ? `${parent.identity}.${quoteIdentifier(name)}`
    : identity;
}
