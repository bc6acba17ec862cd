import type { Dependent, Impact, RelationSize } from "../../catalog/impact.ts";
import { type ChangeDetail, hasEnded, type RunSummary } from "../../store/models.ts";
import { type Html, type HtmlChild, html } from "../html.ts";
import { agoTime, bytes, count, fullTime, plural } from "./format.ts";
import { objectCard } from "./object.ts";
import {
  causeWords,
  crumbs,
  databaseHref,
  judgementCounts,
  judgementPill,
  runPill,
  transientPill,
} from "./parts.ts";
import { authorWords, isTransient, objectAuthor, transientCard, whoCard } from "./who.ts";

export interface ChangeModel {
  readonly change: ChangeDetail;
  /** The newest run that processed it. */
  readonly run: RunSummary | null;
  /** Number of the first object of this page, 1-based. */
  readonly first: number;
}

/** What of a change goes on after it was found: its run and the impact that the run reads. */
export function changeState(model: ChangeModel, now: Date): Html {
  const { change, run } = model;
  return html`<div class="page-head"><div>${crumbs([
    { name: "Changes", href: "/changes" },
    { name: change.database, href: databaseHref(change.database) },
  ])}<div class="title"><h1>Change ${change.id}</h1>${isTransient(change) ? transientPill() : judgementPill(change.compatibility)}</div>
<p class="lead">${change.note ?? change.summary}</p>
<p class="meta"><span>found ${agoTime(change.foundAt, now)} ${causeWords(change.cause)}</span><span>${fullTime(change.foundAt)}</span>${authorWords(change) ?? html`<span>by an unknown author</span>`}${
    run !== null && html`<span><a href="/runs/${run.id}">run ${run.id}</a></span>`
  }</p></div><div class="chips">${change.total > 1 && judgementCounts(change)}${run !== null && run.state !== "succeeded" && runPill(run)}</div></div>
${(change.total > 0 || change.impact !== null) && impactCard(change.impact, run)}`;
}

/** The changed objects, worst first; they never change, so no stream carries them. */
export function changeObjects(model: ChangeModel): Html {
  const { change, first } = model;
  const last = first + change.changes.length - 1;
  const paged = change.total > change.changes.length;
  return html`<div class="change-body stack">${whoCard(change)}${transientCard(change)}${change.total > 0 && objects(model, last, paged)}</div>`;
}

function objects({ change, first }: ChangeModel, last: number, paged: boolean): Html {
  return html`<section class="stack objects" aria-labelledby="objects-title"><h2 id="objects-title">What changed<span class="count">${
    paged
      ? `${count(first)} to ${count(last)} of ${plural(change.total, "object")}, worst first`
      : plural(change.total, "object")
  }</span></h2>${change.changes.map((one, index) => objectCard(one, `object-${first + index}`, objectAuthor(change, one.statements)))}${
    paged &&
    html`<nav class="pager bare" aria-label="Pages"><span>${first > 1 && html`<a class="btn" href="/changes/${change.id}">First page</a>`}</span>${
      change.nextCursor !== null &&
      html`<a class="btn" rel="next" href="/changes/${change.id}?cursor=${change.nextCursor}&amp;first=${last + 1}">Next page</a>`
    }</nav>`
  }</section>`;
}

function impactCard(impact: Impact | null, run: RunSummary | null): Html {
  return html`<section class="card impact" tabindex="0" aria-labelledby="impact-title"><div class="card-head"><h2 id="impact-title">Impact</h2></div>${impactBody(impact, run)}</section>`;
}

function impactBody(impact: Impact | null, run: RunSummary | null): HtmlChild {
  if (impact === null) {
    const waiting = run !== null && !hasEnded(run.state);
    return html`<p class="card-body soft">${waiting ? "Being read by the run …" : "Not known: no run has read it. Run it again once the database can be reached."}</p>`;
  }
  if (impact.dependents.length === 0 && impact.relations.length === 0) {
    return html`<p class="card-body soft">Nothing else depends on what changed.</p>`;
  }
  return html`${impact.dependents.length > 0 && dependents(impact.dependents)}${impact.relations.length > 0 && sizes(impact.relations)}${impact.limits.map((limit) => html`<p class="card-foot soft small">${limit}</p>`)}`;
}

function dependents(all: readonly Dependent[]): Html {
  return html`<h3>Depends on it</h3><ul>${all.map(
    (one) =>
      html`<li><code>${one.identity}</code><p class="small soft">${one.kind}, ${how(one)} <code>${one.on.identity}</code></p></li>`,
  )}</ul>`;
}

function how(one: Dependent): string {
  if (one.known === "mention") return "its text names";
  return one.distance === 1 ? "uses" : `uses, through ${plural(one.distance - 1, "other")},`;
}

function sizes(all: readonly RelationSize[]): Html {
  return html`<h3>Sizes</h3><ul>${all.map(
    (one) =>
      html`<li><code>${one.identity}</code><p class="meta num"><span>${one.kind}</span><span>${one.bytes === null ? "locked now" : bytes(one.bytes)}</span><span>${one.rows === null ? "rows unknown" : `about ${plural(one.rows, "row")}`}</span></p></li>`,
  )}</ul>`;
}
