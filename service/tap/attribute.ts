import type { ObjectChange } from "../catalog/change.ts";
import { splitIdentity, unquoteIdentifier } from "../catalog/identifier.ts";
import type { IgnoreMatcher } from "../catalog/ignore.ts";
import { type CatalogObject, KINDS, type Kind } from "../catalog/model.ts";
import { mapped, type Slices } from "../slices.ts";
import type { NotedObject, NotedStatement } from "./log.ts";

/** Statements that are named for one object. */
const MOST_FOR_ONE = 5;

/** An object that came and went, or was altered and put back, between two looks. */
export interface Transient {
  readonly kind: string;
  readonly identity: string;
  readonly what: "came and went" | "altered and put back";
  /** 1-based among the change's statements. */
  readonly statements: readonly number[];
}

/** Who made a change, as far as the tap tells. */
export interface Attribution {
  /** Those that objects or transients name, in their order. */
  readonly statements: readonly NotedStatement[];
  /** For each change the numbers of its statements, 1-based, the latest ones; empty: unknown. */
  readonly objects: readonly (readonly number[])[];
  readonly transients: readonly Transient[];
}

/** What two looks saw, as far as transients need it. */
export interface Between {
  /** Addresses of all objects of the look before. */
  readonly known: ReadonlySet<string>;
  /** Objects whose row versions moved though their content is the same. */
  readonly readdressed: readonly CatalogObject[];
  readonly ignores: readonly IgnoreMatcher[];
}

/**
 * Names for each change the statements that touched its object, and finds what left no difference. The tap is not trusted
 * for completeness: what no statement names stays unknown.
 */
export function* attribute(
  changes: readonly ObjectChange[],
  noted: readonly NotedStatement[],
  between: Between,
): Slices<Attribution> {
  if (noted.length === 0) return { statements: [], objects: changes.map(() => []), transients: [] };
  const index = indexOf(noted);
  const byChange = yield* mapped(changes, (change) => statementsOf(change, noted, index));
  const transients = transientsOf(changes, noted, between);
  const used = [...new Set([...byChange, ...transients.map(({ statements }) => statements)].flat())].sort(
    (a, b) => a - b,
  );
  const numbers = new Map(used.map((at, nth) => [at, nth + 1]));
  const numbered = (all: readonly number[]) => all.map((at) => numbers.get(at) ?? 0);
  return {
    statements: used.flatMap((at) => noted[at] ?? []),
    objects: byChange.map(numbered),
    transients: transients.map((one) => ({ ...one, statements: numbered(one.statements) })),
  };
}

interface Index {
  readonly byAddress: ReadonlyMap<string, readonly number[]>;
  readonly byIdentity: ReadonlyMap<string, readonly number[]>;
  /** Those that do not say on what: GRANT and REVOKE. */
  readonly grants: readonly number[];
  /** Those that touched more than is listed. */
  readonly many: readonly number[];
}

function indexOf(noted: readonly NotedStatement[]): Index {
  const byAddress = new Map<string, number[]>();
  const byIdentity = new Map<string, number[]>();
  const grants: number[] = [];
  const many: number[] = [];
  const put = (map: Map<string, number[]>, key: string, at: number) => {
    const list = map.get(key);
    if (!list) map.set(key, [at]);
    else if (list.at(-1) !== at) list.push(at);
  };
  noted.forEach(({ objects, dropped, more }, at) => {
    for (const object of [...objects, ...dropped]) {
      if (object.address !== null) put(byAddress, object.address, at);
      if (object.identity !== null) put(byIdentity, identityOf(object), at);
    }
    if (objects.some(({ identity }) => identity === null)) grants.push(at);
    if (more > 0) many.push(at);
  });
  return { byAddress, byIdentity, grants, many };
}

/** Positions of the statements that touched the object itself; else of those that touched what it is part of and name it. */
function statementsOf(change: ObjectChange, noted: readonly NotedStatement[], index: Index): number[] {
  const { address, identity, from, parent } = change;
  const own = new Set<number>();
  const add = (found: readonly number[] | undefined) => {
    for (const at of found ?? []) own.add(at);
  };
  if (address !== undefined) add(index.byAddress.get(address));
  add(index.byIdentity.get(spaceless(identity)));
  if (from !== undefined) add(index.byIdentity.get(spaceless(from)));
  const names = [identity, ...(from === undefined ? [] : [from])].map(lastName);
  if ("grants" in change.attributes) {
    const words = [...names, ...(parent ? [lastName(parent.identity)] : [])];
    add(index.grants.filter((at) => words.some((word) => mentions(noted[at]?.text ?? "", word))));
  }
  if (own.size === 0) {
    const whole = new Set<number>();
    for (const at of (address && index.byAddress.get(wholeOf(address))) || []) whole.add(at);
    for (const at of (parent && index.byIdentity.get(spaceless(parent.identity))) || []) whole.add(at);
    const naming = [...whole].filter((at) => names.some((name) => mentions(noted[at]?.text ?? "", name)));
    add(naming.length > 0 ? naming : [...whole]);
  }
  if (own.size === 0) add(index.many);
  return [...own].sort((a, b) => a - b).slice(-MOST_FOR_ONE);
}

/** An address of a column is that of its table with a number. */
function wholeOf(address: string): string {
  return address.replace(/:\d+$/, ":0");
}

/** "t on public.x" (triggers, policies, rules, constraints) as public.x.t; no blank behind commas. */
function identityOf({ kind, identity }: NotedObject): string {
  const text = identity ?? "";
  const on = kind === "function" || kind === "procedure" ? -1 : text.lastIndexOf(" on ");
  return spaceless(on < 0 ? text : `${text.slice(on + 4)}.${text.slice(0, on)}`);
}

const spaceless = (identity: string): string => identity.replaceAll(", ", ",");

/** The object's own name, unquoted. */
function lastName(identity: string): string {
  const parts = splitIdentity(identity);
  return unquoteIdentifier(parts?.at(-1) ?? identity);
}

/** Whether a text has the name as a word. */
function mentions(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "iu").test(text);
}

/** With positions instead of numbers. */
function transientsOf(
  changes: readonly ObjectChange[],
  noted: readonly NotedStatement[],
  between: Between,
): Transient[] {
  const gone = cameAndWent(noted, between);
  const goneAddresses = new Set(gone.map(({ address }) => wholeOf(address)));
  const back = putBack(changes, noted, between).filter(({ address }) => !goneAddresses.has(address));
  return [...gone, ...back].map(({ address: _address, ...transient }) => transient);
}

interface Found extends Transient {
  readonly address: string;
}

/** What a statement dropped by name, another one had made, and the look before did not have. */
function cameAndWent(noted: readonly NotedStatement[], { known, ignores }: Between): Found[] {
  if (!noted.some(({ dropped }) => dropped.length > 0)) return [];
  const found: Found[] = [];
  noted.forEach(({ dropped }, at) => {
    for (const object of dropped) {
      const { address, kind, root } = object;
      if (!root || address === null || object.identity === null || known.has(address)) continue;
      const isColumn = kind === "table column";
      // A column is not noted for itself when it is made; that its table was known and it was not tells the same.
      const made = noted.flatMap(({ objects }, nth) =>
        nth < at && touches(objects, isColumn ? wholeOf(address) : address) ? [nth] : [],
      );
      const wasMade = isColumn
        ? made.length > 0 && known.has(wholeOf(address))
        : made.some((nth) =>
            noted[nth]?.objects.some(
              (one) => one.address === address && /^(CREATE|SELECT INTO|IMPORT)/.test(one.tag),
            ),
          );
      const identity = identityOf(object);
      if (!wasMade || isIgnored(kindOf(kind), identity, ignores)) continue;
      const statements = [...made, at].slice(-MOST_FOR_ONE);
      found.push({ kind: isColumn ? "column" : kind, identity, what: "came and went", statements, address });
    }
  });
  return found;
}

/** What several statements altered, whose rows were written anew, and which is as it was. */
function putBack(
  changes: readonly ObjectChange[],
  noted: readonly NotedStatement[],
  { readdressed, ignores }: Between,
): Found[] {
  const changed = new Set(
    changes.flatMap(({ address, identity, parent }) => [
      address && wholeOf(address),
      identity,
      parent?.identity,
    ]),
  );
  return readdressed.flatMap((object) => {
    const { address, kind, identity, parent } = object;
    if (address === undefined || address !== wholeOf(address)) return [];
    if (
      changed.has(address) ||
      changed.has(identity) ||
      (parent && kind !== "table" && changed.has(parent.identity))
    )
      return [];
    const statements = noted.flatMap(({ objects, tag }, at) =>
      /^(ALTER|COMMENT)/.test(tag) && touches(objects, address) ? [at] : [],
    );
    if (statements.length < 2 || isIgnored(kind, identity, ignores)) return [];
    return [
      {
        kind,
        identity,
        what: "altered and put back" as const,
        statements: statements.slice(-MOST_FOR_ONE),
        address,
      },
    ];
  });
}

function touches(objects: readonly NotedObject[], address: string): boolean {
  return objects.some((one) => one.address !== null && wholeOf(one.address) === wholeOf(address));
}

function kindOf(kind: string): Kind {
  const plain = kind.replace(/^(table|view|domain) (?=column|constraint)/, "");
  return KINDS.find((known) => known === plain) ?? "table";
}

/** By itself, or with what it lives in. */
function isIgnored(kind: Kind, identity: string, ignores: readonly IgnoreMatcher[]): boolean {
  const parts = splitIdentity(identity) ?? [];
  const schema = parts[0];
  return ignores.some(
    (ignore) =>
      ignore.matches(kind, identity) ||
      (parts.length > 1 && schema !== undefined && ignore.matches("schema", schema)) ||
      (parts.length > 2 && ignore.matches("table", parts.slice(0, 2).join("."))),
  );
}
