import type { ChangeDetail, ChangeStatement, ChangeSummary, DatabaseDetail } from "../../store/models.ts";
import { type Html, type HtmlChild, html } from "../html.ts";
import { duration, fullTime, plural } from "./format.ts";
import { codeBlock } from "./parts.ts";

/** Statements that stand open; the others are folded away. */
const OPEN = 5;
/** Objects that came and went which are listed; the API has up to 200. */
const MAX_TRANSIENTS = 50;

/** Whether a change holds nothing but what came and went. */
export function isTransient(
  change: Pick<ChangeSummary, "breaking" | "risky" | "safe" | "transients">,
): boolean {
  return change.transients > 0 && change.breaking + change.risky + change.safe === 0;
}

/** "by ann and ben"; nothing where it is unknown. */
export function authorWords({ authors }: Pick<ChangeSummary, "authors">): Html | null {
  const [first, ...others] = authors;
  if (first === undefined) return null;
  const rest =
    others.length > 1 ? ` and ${others.length} others` : others.map((name) => ` and ${name}`).join("");
  return html`<span>by ${first}${rest}</span>`;
}

/** Who made a change, with which statements; or plainly that nobody knows, and why. */
export function whoCard(change: ChangeDetail): Html {
  const { statements } = change;
  const [shown, folded] = [statements.slice(0, OPEN), statements.slice(OPEN)];
  return html`<section class="card who" aria-labelledby="who-title"><div class="card-head"><h2 id="who-title">Who made it</h2>${statements.length > 0 && html`<span class="count">${plural(statements.length, "statement")}</span>`}</div>${
    statements.length === 0
      ? html`<p class="card-body soft">${unknown(change)}</p>`
      : html`<ol class="statements">${shown.map((one, nth) => statement(one, shown[nth - 1]))}</ol>${
          folded.length > 0 &&
          html`<details><summary>${plural(folded.length, "more statement")}</summary><ol class="statements">${folded.map((one, nth) => statement(one, folded[nth - 1]))}</ol></details>`
        }`
  }</section>`;
}

function unknown({ attribution, database }: ChangeDetail): HtmlChild {
  if (attribution === "none")
    return html`Unknown: ${database} has no tap. <code>schemawatch tap install --url …</code> lets it say who changes it, at once.`;
  return attribution === "unreadable"
    ? "Unknown: the role that watches may not read what the tap notes. The database's page says what to do."
    : "Unknown: the tap noted no statement on this. Roles, settings of databases, and DDL with event triggers off pass it by.";
}

/** Of statements sent in one text, the first shows it. */
function statement(one: ChangeStatement, before: ChangeStatement | undefined): Html {
  const again = before?.text === one.text && before.transaction === one.transaction;
  return html`<li id="statement-${one.seq}"><p class="meta"><span>${person(one)}</span><span>${one.tag}</span><span>${one.application === "" ? "an application without a name" : one.application}</span><span>${one.address === null ? "over a unix socket" : html`from ${one.address}`}</span><span>${fullTime(one.at)}</span><span>transaction ${one.transaction}</span></p>${again ? html`<p class="soft small">in the same text</p>` : codeBlock(one.text, `statement ${one.seq}`, true)}</li>`;
}

function person({ login, role }: ChangeStatement): Html {
  return html`<b>${login}</b>${role !== null && html` as <b>${role}</b>`}`;
}

/** The line of an object's card that names who changed it. */
export function objectAuthor(change: ChangeDetail, numbers: readonly number[]): Html | null {
  const made = numbers.flatMap((seq) => change.statements.find((one) => one.seq === seq) ?? []);
  if (made.length === 0)
    return change.attribution === "none" ? null : html`<span>by an unknown author</span>`;
  const names = [...new Set(made.map(({ login }) => login))].join(", ");
  return html`<span>by <b>${names}</b> in ${made.map(
    ({ seq }, nth) =>
      html`${nth > 0 && ", "}<a href="/changes/${change.id}#statement-${seq}">statement ${seq}</a>`,
  )}</span>`;
}

/** What came and went between the two looks; nothing where nothing did. */
export function transientCard(change: ChangeDetail): Html | null {
  const { transientObjects: all, transients } = change;
  if (all.length === 0) return null;
  const left = transients - Math.min(all.length, MAX_TRANSIENTS);
  return html`<section class="card" aria-labelledby="transient-title"><div class="card-head"><h2 id="transient-title">Came and went<span class="count">${plural(transients, "object")}</span></h2></div><p class="card-body soft small">Between two looks, and not there any more; the tap noted it.</p><ol class="feed">${all
    .slice(0, MAX_TRANSIENTS)
    .map(
      (one) =>
        html`<li><span></span><div><code>${one.identity}</code><p class="meta"><span>${one.kind} ${one.what}</span>${objectAuthor(change, one.statements)}</p></div></li>`,
    )}</ol>${left > 0 && html`<p class="card-foot soft small">${plural(left, "more object")}; the API lists up to 200.</p>`}</section>`;
}

/** How the tap of a database stands, in words. */
export function tapWords({ tap, name }: DatabaseDetail): Html | null {
  if (tap === null) return null;
  if (tap.state === "none") return html`<span class="soft">none: who changes ${name} stays unknown</span>`;
  const state = tap.state === "read" ? "installed, says who" : "installed, but cannot be read";
  return html`${state}${tap.listening && ", wakes at once"}${tap.reason !== null && html` <span class="soft">${tap.reason}</span>`}`;
}

/** How a change of a database is noticed. */
export function noticingWords({ intervalMs, exactEveryMs, standby, counting }: DatabaseDetail): Html {
  const by = standby
    ? "a standby, so by row versions"
    : counting
      ? "counters"
      : "track_counts is off, so by row versions";
  return html`${by}, every ${duration(intervalMs)}; all of it every ${duration(exactEveryMs)}`;
}
