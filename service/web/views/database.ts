import type { ChangeSummary, DatabaseDetail, Page } from "../../store/models.ts";
import { type Html, html } from "../html.ts";
import { changeFeed } from "./feeds.ts";
import { labelChips } from "./fleet.ts";
import { agoTime, count, duration, fullTime, plural } from "./format.ts";
import { nextTry, standing } from "./home.ts";
import { icon } from "./icons.ts";
import { objectCard, objectRow } from "./object.ts";
import { banner, codeBlock, crumbs, databaseHref, emptyState, reachPill, statusPill } from "./parts.ts";
import { type RunModel, runPanel } from "./run.ts";
import { activityPicture } from "./spark.ts";
import { noticingWords, tapWords } from "./who.ts";

const DRIFT_ROWS = 8;

export interface DatabaseModel {
  readonly database: DatabaseDetail;
  readonly changes: Page<ChangeSummary>;
  /** The run shown in place: the one that was asked for, else the newest. */
  readonly run: RunModel | null;
}

export interface DatabaseHead {
  readonly name: string;
  readonly sample: boolean;
  readonly mayOperate: boolean;
  /** Makes the trigger safe to press twice: the same key is the same run. */
  readonly idempotencyKey: string;
}

/** Name and buttons. No stream touches it: the form's key belongs to this reader alone. */
export function databaseHead(head: DatabaseHead): Html {
  const href = databaseHref(head.name);
  return html`<div class="page-head"><div>${crumbs([{ name: "Databases", href: "/" }])}<h1>${head.name}</h1></div>
${
  head.mayOperate &&
  html`<div class="actions">${
    head.sample &&
    html`<form method="post" action="${href}/sample-change" hx-post="${href}/sample-change" hx-target="#sample-note" hx-swap="innerHTML" data-once><button class="btn" data-sample>${icon("wand")}Apply a sample change</button></form>`
  }<form id="trigger" method="post" action="${href}/trigger" hx-post="${href}/trigger" hx-target="#state" hx-swap="innerMorph" data-once><input type="hidden" name="key" value="${head.idempotencyKey}"><button class="btn primary" data-trigger title="Look at the schema now and process what is found (t)">${icon("play")}Trigger</button></form></div>`
}</div>${head.sample && html`<p id="sample-note" class="sample-note" role="status"></p>`}`;
}

/** All of a database's page that changes by itself. */
export function databaseView(model: DatabaseModel, mayOperate: boolean, now: Date): Html {
  const { database, changes, run } = model;
  return html`<div class="status-line">${reachPill(database)}${statusPill(database)}${database.state !== "unreachable" && html`<span>${standing(database)}</span>`}</div>
${database.state === "unreachable" && banner("bad", "This database cannot be watched at the moment.", html`${standing(database)}${database.nextTryAt !== null && html` <span class="nowrap">(${nextTry(database, now)})</span>`}`)}
<div class="columns wide-left">
<div class="stack">
${run !== null && runPanel(run, mayOperate, now)}
${drift(database)}
<section class="card" aria-labelledby="timeline"><div class="card-head"><h2 id="timeline">Changes</h2>${changes.nextCursor !== null && html`<a class="small" href="/changes?database=${encodeURIComponent(database.name)}">All changes</a>`}</div>${
    changes.items.length === 0
      ? emptyState("No change seen yet", noChangeHint(database))
      : changeFeed(changes.items, now, { withDatabase: false })
  }</section>
</div>
<div class="stack">
<section class="card" aria-labelledby="status-title"><div class="card-head"><h2 id="status-title">Status</h2></div>${facts(database, now)}</section>
<section class="card" aria-labelledby="activity-title"><div class="card-head"><h2 id="activity-title">Last 24 hours</h2></div><div class="card-body">${activityPicture(database.activity)}</div></section>
${database.connect !== null && html`<section class="card" aria-labelledby="connect-title"><div class="card-head"><h2 id="connect-title">Change it yourself</h2></div><div class="card-body stack-s"><p class="soft small">Alter a table from a terminal; the change shows here within a second.</p>${codeBlock(database.connect, "the psql line", true)}</div></section>`}
</div>
</div>`;
}

function noChangeHint(database: DatabaseDetail): Html {
  if (database.state === "unreachable") return html`<p>It must be reachable first.</p>`;
  return database.sample
    ? html`<p>Press <b>Apply a sample change</b>, or alter a table with psql.</p>`
    : html`<p>Alter a table, and it shows here within ${duration(database.intervalMs)} and a moment.</p>`;
}

function facts(database: DatabaseDetail, now: Date): Html {
  const { snapshot } = database;
  const rows: readonly (readonly [string, Html | null])[] = [
    [
      "Baseline",
      database.baseline === null
        ? html`<span class="soft">none</span>`
        : html`<code>${database.baseline}</code>`,
    ],
    [
      "Last look",
      database.lastLookAt === null
        ? null
        : html`${agoTime(database.lastLookAt, now)}${database.lastLookMs !== null && html` <span class="soft num">took ${duration(database.lastLookMs)}</span>`}`,
    ],
    ["Checked", database.lastSeenAt === null ? null : agoTime(database.lastSeenAt, now)],
    ["Looks", noticingWords(database)],
    ["Tap", tapWords(database)],
    [
      "Notice",
      database.notice === null
        ? null
        : html`${database.notice.text} <span class="soft">${agoTime(database.notice.at, now)}</span>`,
    ],
    [
      "Objects",
      snapshot === null
        ? null
        : html`<a class="num" href="${databaseHref(database.name)}/objects">${count(snapshot.objects)}</a>`,
    ],
    ["Server", snapshot === null ? null : html`PostgreSQL ${snapshot.serverVersion}`],
    ["Snapshot", snapshot === null ? null : html`#${snapshot.id}, ${fullTime(snapshot.takenAt)}`],
    [
      "Fingerprint",
      snapshot === null
        ? null
        : html`<code title="${snapshot.fingerprint}">${snapshot.fingerprint.slice(0, 12)}</code>`,
    ],
    ["Labels", labels(database.labels)],
    [
      "Not readable",
      snapshot === null || snapshot.unreadable.length === 0
        ? null
        : html`<ul>${snapshot.unreadable.map((what) => html`<li>${what}</li>`)}</ul>`,
    ],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => value !== null && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function labels(all: DatabaseDetail["labels"]): Html | null {
  const entries = Object.entries(all);
  return entries.length === 0 ? null : html`<div class="labels">${labelChips(all)}</div>`;
}

/** The first objects of the drift, in a line each: the live page stays light however far a database has drifted. */
function drift(database: DatabaseDetail): Html | null {
  if (database.status !== "drifted") return null;
  const href = `${databaseHref(database.name)}/drift`;
  return html`<section class="card" aria-labelledby="drift-title"><div class="card-head"><h2 id="drift-title">Drift from ${database.baseline ?? "the baseline"}<span class="count">${plural(database.drift, "object")}</span></h2><a class="small" href="${href}">Side by side</a></div>
<ol class="feed">${database.driftChanges.slice(0, DRIFT_ROWS).map((change, index) => objectRow(change, `${href}#object-${index + 1}`))}</ol>${
    database.drift > DRIFT_ROWS &&
    html`<p class="card-foot small"><a href="${href}">All ${plural(database.drift, "object")}</a></p>`
  }</section>`;
}

/** How a database differs from its baseline, object by object. */
export function driftView(database: DatabaseDetail): Html {
  const shown = database.driftChanges.length;
  return html`<div class="page-head"><div>${crumbs([
    { name: "Databases", href: "/" },
    { name: database.name, href: databaseHref(database.name) },
  ])}<div class="title"><h1>Drift from ${database.baseline ?? "the baseline"}</h1>${statusPill(database)}</div><p class="meta"><span>${standing(database)}</span></p></div></div>
${
  shown === 0
    ? html`<div class="card">${emptyState("Nothing differs", html`<p>The schema is as its baseline says, or there is none.</p>`)}</div>`
    : html`<div class="stack"><section class="card"><div class="card-body stack-s"><p>Either bring the database back to its baseline, or approve it as it is: write its snapshot over the baseline and commit that.</p>${codeBlock(`schemawatch snapshot --url env:DATABASE --out ${database.baseline ?? "baseline.schema"}`, "the command that writes the baseline", true)}</div></section>${database.driftChanges.map((change, index) => objectCard(change, `object-${index + 1}`))}${
        database.drift > shown &&
        html`<p class="soft">${plural(database.drift - shown, "more object")} ${database.drift - shown === 1 ? "differs" : "differ"}; <code>schemawatch check</code> lists all of them.</p>`
      }</div>`
}`;
}
