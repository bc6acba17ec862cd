import type { AttributeChange, ObjectChange } from "../../catalog/change.ts";
import type { AttributeValue } from "../../catalog/model.ts";
import { type Html, html } from "../html.ts";
import { type DiffRow, lineDiff, wordDiff } from "./diff.ts";
import { plural } from "./format.ts";
import { actionMark, codeBlock, judgementPill, judgementTone, lockWords } from "./parts.ts";

/** Contained objects that are listed; an added table of a thousand columns stays readable. */
const MAX_CONTAINED = 100;
/** Characters shown of a value that stands alone, such as a new function's definition. */
const MAX_TEXT = 20_000;
/** Rows shown of two texts line by line. */
const MAX_ROWS = 500;

/** One changed object: what it is, who changed it, what differs side by side, how it is judged and why, and the safer way. */
export function objectCard(change: ObjectChange, id: string, author: Html | null = null): Html {
  return html`<article class="card object" id="${id}" aria-labelledby="${id}-name">
<header class="card-head"><div class="object-name">${actionMark(change.action)}<div><h3 id="${id}-name"><code>${change.identity}</code></h3><p class="meta"><span>${change.kind} ${change.action}</span>${
    change.from !== undefined && html`<span>was <code>${change.from}</code></span>`
  }${author}</p></div></div>${judgementPill(change.compatibility)}</header>
${attributes(change)}
${contained(change)}
${judgement(change)}
</article>`;
}

/** One changed object in a line that leads to its card. */
export function objectRow(change: ObjectChange, href: string): Html {
  return html`<li>${actionMark(change.action)}<div><a class="what" href="${href}"><code>${change.identity}</code></a><p class="meta"><span>${change.kind} ${change.action}</span>${
    change.from !== undefined && html`<span>was <code>${change.from}</code></span>`
  }</p></div><div class="side">${judgementPill(change.compatibility)}</div></li>`;
}

function attributes(change: ObjectChange): Html | null {
  const entries = Object.entries(change.attributes);
  if (entries.length === 0) return null;
  const oneSided = change.action === "added" || change.action === "removed";
  return html`<div class="attributes">${entries.map(([name, value]) =>
    oneSided ? oneSide(change.action === "added" ? "added" : "removed", name, value) : twoSides(name, value),
  )}</div>`;
}

function twoSides(name: string, { before, after }: AttributeChange): Html {
  const [left, right] = [print(before), print(after)];
  const label = attributeName(name);
  if (left.includes("\n") || right.includes("\n")) {
    return html`<div class="attribute"><h4>${label}</h4>${lines(left, right, label)}</div>`;
  }
  const marked = wordDiff(left, right);
  const empty = html`<span class="faint">not set</span>`;
  return html`<div class="attribute"><h4>${label}</h4><div class="sides"><div class="side-before"><span class="side-label">before</span><code>${left === "" ? empty : marked.before}</code></div><div class="side-after"><span class="side-label">after</span><code>${right === "" ? empty : marked.after}</code></div></div></div>`;
}

function oneSide(kind: "added" | "removed", name: string, { before, after }: AttributeChange): Html {
  const whole = print(kind === "added" ? after : before);
  const left = whole.length - MAX_TEXT;
  const text = left > 0 ? `${whole.slice(0, MAX_TEXT)}\n… and ${plural(left, "more character")}` : whole;
  return html`<div class="attribute"><h4>${attributeName(name)}</h4><div class="sides one"><div class="side-${kind === "added" ? "after" : "before"}"><span class="sr">${kind}: </span><code>${text}</code></div></div></div>`;
}

function lines(before: string, after: string, label: string): Html {
  const cell = (side: DiffRow["before"], kind: string) =>
    side === null
      ? html`<td class="no"></td><td class="line blank"></td>`
      : html`<td class="no">${side.number}</td><td class="line ${kind}"><code>${side.text}</code></td>`;
  const rows = lineDiff(before, after);
  const left = rows.length - MAX_ROWS;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}, line by line"><table class="lines"><colgroup><col class="c-no"><col><col class="c-no"><col></colgroup><thead class="sr"><tr><th colspan="2">before</th><th colspan="2">after</th></tr></thead><tbody>${rows
    .slice(0, MAX_ROWS)
    .map((row) =>
      typeof row === "number"
        ? html`<tr class="fold"><td colspan="4">${plural(row, "unchanged line")}</td></tr>`
        : html`<tr${row.changed && html` class="changed"`}>${cell(row.before, row.changed ? "old" : "")}${cell(row.after, row.changed ? "new" : "")}</tr>`,
    )}</tbody></table></div>${left > 0 && html`<p class="soft small">${plural(left, "more row")}; the API has all of it.</p>`}`;
}

function contained(change: ObjectChange): Html | null {
  const all = change.contains ?? [];
  if (all.length === 0) return null;
  return html`<details class="contained"${all.length <= 12 && html` open`}><summary>${change.action === "removed" ? "With it went" : "With it came"} ${plural(all.length, "object")}</summary><div class="scroll" tabindex="0" role="region" aria-label="Contained objects"><table><thead><tr><th>Kind</th><th>Name</th><th>Definition</th></tr></thead><tbody>${all
    .slice(0, MAX_CONTAINED)
    .map(
      (one) =>
        html`<tr><td class="soft">${one.kind}</td><td><code>${lastName(one.identity, change.identity)}</code></td><td><code>${summaryOf(one.attributes)}</code></td></tr>`,
    )}</tbody></table></div>${all.length > MAX_CONTAINED && html`<p class="soft small">${plural(all.length - MAX_CONTAINED, "more object")}; the API lists all of them.</p>`}</details>`;
}

function judgement(change: ObjectChange): Html {
  return html`<div class="judged j-${judgementTone(change.compatibility)}"><p>${change.why}</p>
<dl class="costs">${
    change.lock !== null &&
    html`<div><dt>Lock</dt><dd><code>${change.lock}</code>${change.lockOn !== null && html` on <code>${change.lockOn}</code>`} <span class="soft">${lockWords(change.lock)}</span></dd></div>`
  }${change.rewrite && html`<div><dt>Rewrite</dt><dd>The whole table is written anew while the lock is held.</dd></div>`}${
    change.scan && html`<div><dt>Scan</dt><dd>The whole table is read while the lock is held.</dd></div>`
  }</dl>${
    change.safer !== null &&
    html`<div class="safer"><h4>Safer way</h4>${looksLikeSql(change.safer) ? codeBlock(change.safer, "the safer way") : html`<p>${change.safer}</p>`}</div>`
  }</div>`;
}

/** Whether a text is meant for psql rather than for reading: it has a statement's end. */
function looksLikeSql(text: string): boolean {
  return (
    /;\s*(--.*)?$/m.test(text) &&
    /\b(alter|create|drop|update|set|comment|grant|revoke|refresh|reindex|vacuum|analyze|begin|insert|select)\b/i.test(
      text,
    )
  );
}

function print(value: AttributeValue): string {
  if (value === null) return "";
  if (typeof value === "object") return value.join("\n");
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** "notNull" as "not null": the attribute's name in words. */
function attributeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function lastName(identity: string, parent: string): string {
  return identity.startsWith(`${parent}.`) ? identity.slice(parent.length + 1) : identity;
}

/** A contained object in one line: its type or definition first, then what else is set. */
function summaryOf(attributes: Readonly<Record<string, AttributeValue>>): string {
  const { type, definition, position: _position, notNull, default: initial, ...rest } = attributes;
  const parts: string[] = [];
  if (typeof definition === "string") return definition;
  if (typeof type === "string") parts.push(type);
  if (notNull === true) parts.push("not null");
  if (typeof initial === "string") parts.push(`default ${initial}`);
  if (parts.length === 0)
    for (const [name, value] of Object.entries(rest)) parts.push(`${attributeName(name)} ${print(value)}`);
  return parts.join(" ");
}
