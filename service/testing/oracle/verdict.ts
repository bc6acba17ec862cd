import type { Difference } from "../../catalog/change.ts";
import type { Snapshot } from "../../catalog/model.ts";
import type { DumpChange } from "./dump.ts";

/** Words of pg_dump's that are no names, where it writes them small. */
const NO_NAMES = new Set([
  "public",
  "integer",
  "text",
  "bigint",
  "double",
  "precision",
  "numeric",
  "boolean",
]);

/** The relations with which a change of that one is told: those it inherits from or is a partition of, and an index's table. */
export type Kin = (name: string) => readonly string[];

/** The kin that snapshots know, by own names. */
export function kinIn(...snapshots: readonly Snapshot[]): Kin {
  const up = new Map<string, Set<string>>();
  const add = (name: string, other: unknown) => {
    if (typeof other !== "string") return;
    const own = lastOf(name);
    up.set(own, (up.get(own) ?? new Set()).add(lastOf(other)));
  };
  for (const { objects } of snapshots) {
    for (const { kind, identity, parent, attributes } of objects) {
      add(identity, attributes.partitionOf);
      if (Array.isArray(attributes.inherits)) for (const one of attributes.inherits) add(identity, one);
      // What is told with its column: the sequence of an identity.
      if (typeof attributes.identitySequence === "string") add(attributes.identitySequence, parent?.identity);
      if (kind === "index" || kind === "constraint") add(identity, parent?.identity);
    }
  }
  return (name) => {
    const found = new Set<string>();
    const climb = (at: string) => {
      for (const above of up.get(at) ?? []) {
        if (found.has(above)) continue;
        found.add(above);
        climb(above);
      }
    };
    climb(name);
    return [...found];
  };
}

/**
 * What is wrong with a diff, given what changed in the dump; empty when the two agree: the diff is empty just when the
 * dump is the same; each changed part of the dump is named by the diff, or only renamed by it; and each difference names
 * something of what changed. With `more` the diff must see what the dump does not.
 */
export function faults(
  changes: readonly DumpChange[],
  differences: readonly Difference[],
  kin: Kin,
  more: string | undefined,
): string[] {
  const rename = renaming(differences);
  const open = changes.filter((change) => rename.text(change.before) !== rename.text(change.after));
  if (more !== undefined) {
    if (changes.length > 0) return [`pg_dump sees it as well: ${titles(changes)}`];
    return differences.length === 0 ? ["the diff sees nothing"] : [];
  }
  if (changes.length === 0) return differences.map((one) => `the dump is the same, but: ${tell(one)}`);
  if (differences.length === 0) return [`the diff sees nothing of: ${titles(changes)}`];
  const texts = differences.map((one) => JSON.stringify(one));
  const isNamed = (names: readonly string[]) =>
    texts.some((text) => names.every((name) => text.includes(name)));
  const unnamed = moved(open, rename).filter(({ title }) => {
    const names = namesOf(title);
    return !isNamed(names) && !names.some((name) => kin(name).some((other) => isNamed([other])));
  });
  const changed = JSON.stringify(changes).toLowerCase();
  const unfounded = differences.filter(
    (one) => !words(lastOf(one.identity)).every((name) => changed.includes(name.toLowerCase())),
  );
  return [
    ...unnamed.map(
      (change) => `not named by the diff: ${change.title}\n  ${change.before}\n→ ${change.after}`,
    ),
    ...unfounded.map((one) => `not in the dump: ${tell(one)}`),
  ];
}

interface Renaming {
  readonly title: (raw: string) => string;
  readonly text: (quoted: string) => string;
}

/** Less the parts that went under one title and came, otherwise the same, under another that the renames make of it. */
function moved(changes: readonly DumpChange[], rename: Renaming): DumpChange[] {
  const told = (title: string, text: string) => `${rename.title(title)}\n${rename.text(text)}`;
  const gone = new Set(
    changes.filter(({ after }) => after === "").map(({ title, before }) => told(title, before)),
  );
  const come = new Set(
    changes.filter(({ before }) => before === "").map(({ title, after }) => told(title, after)),
  );
  return changes.filter(({ title, before, after }) => {
    if (after === "") return !come.has(told(title, before));
    return before !== "" || !gone.has(told(title, after));
  });
}

/**
 * Text with the old names of what was renamed replaced by the new ones, and quotes left out, as titles have none. The
 * place among the lines does not count, nor that a view goes on calling a renamed column by its old name.
 */
function renaming(differences: readonly Difference[]): Renaming {
  const names = new Map<string, string>();
  for (const { from, identity } of differences) {
    if (from === undefined) continue;
    const [old, now] = [identifiers(from), identifiers(identity)];
    old.forEach((name, nth) => {
      const other = now[nth];
      if (other !== undefined && other !== name && old.length === now.length) names.set(name, other);
    });
  }
  if (names.size === 0) return { title: (title) => title, text: (text) => text };
  const longest = [...names.keys()].sort((a, b) => b.length - a.length).map((name) => RegExp.escape(name));
  const any = new RegExp(`(?<![\\w$])(?:${longest.join("|")})(?![\\w$])`, "g");
  const title = (raw: string) => raw.replace(any, (name) => names.get(name) ?? name);
  const text = (quoted: string) =>
    title(quoted.replace(QUOTED, (_, name: string) => name.replaceAll('""', '"')).replace(/ AS \w+/g, ""))
      .split("\n")
      .map((line) => line.replace(/,$/, ""))
      .sort()
      .join("\n");
  return { title, text };
}

const QUOTED = /"((?:[^"]|"")+)"/g;

/** The names in an identity, without their quotes. */
function identifiers(identity: string): string[] {
  return (identity.match(/"(?:[^"]|"")+"|[\w$]+/g) ?? []).map((name) =>
    name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name,
  );
}

function namesOf(title: string): string[] {
  const [, kind = "", name = ""] = /^([A-Z ]+) [^ ]*?\.(.*)$/s.exec(title) ?? [];
  if (kind === "" || title.startsWith("GLOBAL"))
    return words(title)
      .filter((word) => /\d/.test(word))
      .slice(0, 1);
  const bare = /FUNCTION|PROCEDURE|AGGREGATE/.test(kind + name) ? name.replace(/\(.*\)/s, "") : name;
  // A NOT NULL with a generated name is told with its column.
  return words(bare).filter((word) => !(kind === "CONSTRAINT" && /_not_null\d*$/.test(word)));
}

function words(text: string): string[] {
  return (text.match(/[a-z_][\w$]*/g) ?? []).filter((word) => !NO_NAMES.has(word));
}

/** The own name in an identity; a function's without its arguments. */
function lastOf(identity: string): string {
  return identity.replace(/\(.*/s, "").split(".").at(-1) ?? identity;
}

function titles(changes: readonly DumpChange[]): string {
  return changes.map(({ title, before, after }) => `${title}\n  ${before}\n→ ${after}`).join("\n");
}

function tell({ action, kind, identity, attributes }: Difference): string {
  const values = action === "altered" || action === "renamed" ? ` ${JSON.stringify(attributes)}` : "";
  return `${action} ${kind} ${identity}${values}`;
}
