import type { ChangeSummary, RunSummary } from "../../store/models.ts";
import { type Html, html } from "../html.ts";
import { agoTime, between, duration } from "./format.ts";
import {
  databaseHref,
  judgementMark,
  judgementPill,
  judgementTone,
  judgementWord,
  runMark,
  runPill,
  transientMark,
  transientPill,
} from "./parts.ts";
import { authorWords, isTransient } from "./who.ts";

export interface FeedOptions {
  /** Whether the database is named; not on its own page. */
  readonly withDatabase: boolean;
}

/** Changes, newest first. Each has an id, so that a morph keeps it and the script sees which are new. */
export function changeFeed(changes: readonly ChangeSummary[], now: Date, options: FeedOptions): Html {
  return html`<ol class="feed">${changes.map(
    (change) => html`<li id="change-${change.id}" data-new>
${isTransient(change) ? transientMark() : judgementMark(change.compatibility)}
<div><a class="what" href="/changes/${change.id}">${change.summary}</a><p class="meta"><span class="only-phone t-${judgementTone(change.compatibility)}" aria-hidden="true">${isTransient(change) ? "Transient" : judgementWord(change.compatibility)}</span>${
      options.withDatabase && html`<a href="${databaseHref(change.database)}">${change.database}</a>`
    }<span>${agoTime(change.foundAt, now)}</span>${authorWords(change)}${
      change.runId !== null && html`<span><a href="/runs/${change.runId}">run ${change.runId}</a></span>`
    }</p></div>
<div class="side judged-side" aria-hidden="true">${isTransient(change) ? transientPill() : judgementPill(change.compatibility)}</div></li>`,
  )}</ol>`;
}

/** What a screen reader is told when the newest change is another one. */
export function newestChange(changes: readonly ChangeSummary[]): Html | null {
  const [newest] = changes;
  if (newest === undefined) return null;
  return html`<span hidden data-say="${judgementWord(newest.compatibility)} change in ${newest.database}: ${newest.summary}"></span>`;
}

/** Runs, newest first. */
export function runFeed(runs: readonly RunSummary[], now: Date, options: FeedOptions): Html {
  return html`<ol class="feed">${runs.map((run) => {
    const took = between(run.requestedAt, run.finishedAt);
    return html`<li id="run-${run.id}" data-new>
${runMark(run.state)}
<div><a class="what" href="/runs/${run.id}">Run ${run.id}${run.summary !== null && `: ${run.summary}`}</a><p class="meta">${
      options.withDatabase && html`<a href="${databaseHref(run.database)}">${run.database}</a>`
    }<span>${runCause(run)}</span><span>${agoTime(run.requestedAt, now)}</span></p></div>
<div class="side num">${run.state === "succeeded" && took !== null ? duration(took) : runPill(run)}</div></li>`;
  })}</ol>`;
}

/** Why there is this run: "for change 12", "triggered by ann", "again, of run 7". */
export function runCause(run: RunSummary): Html {
  if (run.cause === "rerun") {
    return html`re-run of ${run.rerunOf === null ? "a deleted run" : html`<a href="/runs/${run.rerunOf}">run ${run.rerunOf}</a>`}`;
  }
  if (run.cause === "request") return html`triggered${run.requestedBy !== null && ` by ${run.requestedBy}`}`;
  return run.changeId === null
    ? html`for a change`
    : html`for <a href="/changes/${run.changeId}">change ${run.changeId}</a>`;
}
