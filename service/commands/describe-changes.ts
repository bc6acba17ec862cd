import {
  type AttributeChange,
  COMPATIBILITIES,
  type Compatibility,
  type ContainedObject,
  type ObjectChange,
} from "../catalog/change.ts";
import type { AttributeValue } from "../catalog/model.ts";
import { lineDifference } from "./line-difference.ts";

/** `--json`: one document, the same for the same input. `from` is null when nothing was renamed. */
export function changesAsJson(changes: readonly ObjectChange[]): string {
  const told = changes.map((change) => ({
    kind: change.kind,
    identity: change.identity,
    action: change.action,
    from: change.from ?? null,
    attributes: Object.fromEntries(attributesOf(change)),
    contains: change.contains ?? [],
    compatibility: change.compatibility,
    lock: change.lock,
    lockOn: change.lockOn,
    rewrite: change.rewrite,
    scan: change.scan,
    why: change.why,
    safer: change.safer,
    rules: change.rules,
  }));
  return `${JSON.stringify({ changes: told }, null, 2)}\n`;
}

/** Sorted by name: a file and a database have them in different orders. */
function attributesOf(change: ObjectChange): [string, AttributeChange][] {
  return Object.entries(change.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `3 changes: 1 breaking, 2 safe`. */
export function countChanges(changes: readonly ObjectChange[]): string {
  const counts = COMPATIBILITIES.map(
    (one) => [one, changes.filter(({ compatibility }) => compatibility === one).length] as const,
  );
  const parts = counts.filter(([, count]) => count > 0).map(([one, count]) => `${count} ${one}`);
  return `${changes.length} change${changes.length === 1 ? "" : "s"}: ${parts.join(", ")}`;
}

const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const BOLD = 1;
const FAINT = 2;
const TONES: Readonly<Record<Compatibility, number>> = { breaking: RED, risky: YELLOW, safe: GREEN };
/** Columns from the left edge to the text of "Why", "Lock" and "Safer". */
const INDENT = 9;

/** The changes as a person reads them: what, before and after, judgement, lock, the safer way. Ends with a newline. */
export function changesAsText(changes: readonly ObjectChange[], color: boolean): string {
  const pen = new Pen(color);
  return changes.map((change) => `${describeChange(change, pen)}\n`).join("\n");
}

function describeChange(change: ObjectChange, pen: Pen): string {
  const { compatibility, kind, identity, action, from, contains = [] } = change;
  const was = from === undefined ? "" : ` (was ${from})`;
  const head = [
    pen.paint(TONES[compatibility], compatibility.toUpperCase().padEnd(8)),
    pen.paint(BOLD, `${kind} ${plain(identity)}`),
    `${action}${plain(was)}`,
  ].join(" ");
  const lines = [head];
  for (const [name, { before, after }] of attributesOf(change)) {
    // Where a column stood or stands says nothing when the whole column came or went.
    if (name === "position" && (action === "added" || action === "removed")) continue;
    const differing = lineDifference(asLines(before), asLines(after));
    lines.push(`  ${pen.paint(FAINT, name)}`);
    for (const { sign, text } of differing) {
      const tone = sign === "-" ? RED : sign === "+" ? GREEN : FAINT;
      lines.push(`    ${pen.paint(tone, `${sign} ${plain(text)}`)}`);
    }
  }
  if (contains.length > 0) lines.push(`  ${pen.paint(FAINT, `with ${listContained(contains)}`)}`);
  lines.push(fact("Why", change.why));
  if (change.lock !== null) lines.push(fact("Lock", lockText(change)));
  if (change.safer !== null) lines.push(fact("Safer", change.safer));
  return lines.join("\n");
}

function fact(label: string, text: string): string {
  return `  ${label.padEnd(INDENT - 2)}${plain(text).replaceAll("\n", `\n${" ".repeat(INDENT)}`)}`;
}

function lockText({ lock, lockOn, rewrite, scan }: ObjectChange): string {
  const work = [...(rewrite ? ["rewrites the data"] : []), ...(scan ? ["reads all rows"] : [])];
  return [`${lock}${lockOn === null ? "" : ` on ${lockOn}`}`, ...work].join(", ");
}

/** Names that are told before the rest is only counted. */
const NAMED = 8;

function listContained(contains: readonly ContainedObject[]): string {
  const named = contains.slice(0, NAMED).map(({ kind, identity }) => `${kind} ${identity}`);
  const rest = contains.length - named.length;
  return plain([...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", "));
}

/** A value as lines that can be compared: a list has an item on each. */
function asLines(value: AttributeValue): readonly string[] {
  if (value === null) return [];
  return typeof value === "object" ? value : String(value).split("\n");
}

/** Control characters shown, not obeyed: a name or comment in a database must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    if (character === "\n" || character === "\t") return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

class Pen {
  readonly #color: boolean;

  constructor(color: boolean) {
    this.#color = color;
  }

  paint(code: number, text: string): string {
    return this.#color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
