import { worst } from "../../catalog/change.ts";
import type { ChangeSummary, DatabaseSummary, RunSummary } from "../../store/models.ts";
import type { Totals } from "../../store/read/databases.ts";
import { type Html, html } from "../html.ts";
import { changeFeed, newestChange, runFeed } from "./feeds.ts";
import { agoTime, plural, untilTime } from "./format.ts";
import { icon } from "./icons.ts";
import {
  codeBlock,
  databaseHref,
  emptyState,
  judgementMark,
  judgementTone,
  reachPill,
  statusPill,
  tileTone,
} from "./parts.ts";
import { activityPicture } from "./spark.ts";

export interface HomeModel {
  readonly totals: Totals;
  /** The first of them by name; `more` is the address of the others. */
  readonly databases: readonly DatabaseSummary[];
  readonly more: string | null;
  readonly mayOperate: boolean;
  readonly changes: readonly ChangeSummary[];
  readonly runs: readonly RunSummary[];
}

/** The home page's state: the figures, a tile for each database, the latest changes and runs. */
export function homeView(model: HomeModel, now: Date): Html {
  return html`<div class="page-head"><div class="title"><h1>Databases</h1>${figures(model)}</div></div>
${
  model.databases.length === 0
    ? html`<div class="card">${emptyState(
        "No database is watched yet",
        html`<p>Name one, and this page follows it within a second.</p>${codeBlock(EXAMPLE, "an example of databases.yaml")}`,
      )}</div>`
    : html`<ul class="tiles">${model.databases.map((database) => tile(database, now))}${firstSteps(model)}</ul>${model.more !== null && html`<p class="more"><a class="btn" href="${model.more}">More databases</a></p>`}`
}
<div class="columns">
<section class="card" aria-labelledby="latest-changes"><div class="card-head"><h2 id="latest-changes">Latest changes</h2><a href="/changes" class="small">All changes</a></div>${
    model.changes.length === 0
      ? emptyState(
          "Nothing has changed yet",
          html`<p>Alter a table in a watched database: it shows here by itself.</p>`,
        )
      : changeFeed(model.changes, now, { withDatabase: true })
  }</section>
<section class="card" aria-labelledby="latest-runs"><div class="card-head"><h2 id="latest-runs">Latest runs</h2><a href="/runs" class="small">All runs</a></div>${
    model.runs.length === 0
      ? emptyState(
          "No run yet",
          html`<p>Each change starts one; <b>Trigger</b> on a database's page does too.</p>`,
        )
      : runFeed(model.runs, now, { withDatabase: true })
  }</section>
</div>${newestChange(model.changes)}`;
}

/** Beside the sample alone: how to see something happen. */
function firstSteps({ databases, mayOperate }: HomeModel): Html | null {
  const [sample] = databases;
  if (databases.length !== 1 || !sample?.sample || sample.connect === null) return null;
  const action = `${databaseHref(sample.name)}/sample-change`;
  return html`<li class="card start" id="first-steps"><h3>Change a table, and watch what happens here</h3><p class="soft">Nothing is configured yet, so Schemawatch watches a small shop of its own. From a terminal:</p>${codeBlock(sample.connect, "the psql line", true)}${
    mayOperate &&
    html`<form method="post" action="${action}" hx-post="${action}" hx-target="find output" hx-swap="innerHTML" data-once><button class="btn">${icon("wand")}Apply a sample change</button><output class="small soft" hx-morph-skip></output></form>`
  }<p class="soft small">To watch your own, set <code>WATCH=postgres://…</code> or name them in <code>databases.yaml</code>.</p></li>`;
}

const EXAMPLE = `databases:
  - name: orders
    urlFile: /run/secrets/orders-url`;

function figures({ totals, databases }: HomeModel): Html {
  const { synced, drifted, noBaseline, unreachable } = totals;
  const hours = databases.flatMap((one) => one.activity);
  const changes = hours.reduce((sum, hour) => sum + hour.changes, 0);
  const tone = judgementTone(worst(hours.flatMap((hour) => (hour.worst === null ? [] : [hour.worst]))));
  return html`<p class="figures">${synced > 0 && html`<span><b>${synced}</b> synced</span>`}${
    drifted > 0 && html`<span class="t-warn"><b>${drifted}</b> drifted</span>`
  }${noBaseline > 0 && html`<span><b>${noBaseline}</b> without baseline</span>`}${
    unreachable > 0 && html`<span class="t-bad"><b>${unreachable}</b> unreachable</span>`
  }${databases.length > 0 && html`<span class="${changes > 0 && `t-${tone}`}"><b>${changes}</b> ${changes === 1 ? "change" : "changes"} in 24 h</span>`}</p>`;
}

function tile(database: DatabaseSummary, now: Date): Html {
  return html`<li class="card tile e-${tileTone(database)}" id="tile-${database.name}">
<div class="tile-head"><h3><a href="${databaseHref(database.name)}">${database.name}</a></h3><div class="pills">${reachPill(database)}${statusPill(database)}</div></div>
<p class="line">${standing(database)}${database.objects !== null && database.state !== "unreachable" && html` <span class="nowrap">· ${plural(database.objects, "object")}</span>`}</p>
${activityPicture(database.activity)}
<div class="last">${lastChange(database.lastChange, now)}</div>
<div class="tile-foot"><span>${
    database.lastLookAt === null ? "not read yet" : html`last look ${agoTime(database.lastLookAt, now)}`
  }</span><span>${
    nextTry(database, now) ??
    (database.lastSeenAt !== null && html`checked ${agoTime(database.lastSeenAt, now)}`)
  }</span></div></li>`;
}

/** One line: why it cannot be reached, or how it stands to its baseline. */
export function standing(database: DatabaseSummary): string {
  if (database.state === "unreachable") return database.reason ?? "It does not answer.";
  if (database.baselineReason !== null) return `The baseline cannot be read: ${database.baselineReason}`;
  const baseline = database.baseline ?? "its baseline";
  if (database.status === "drifted") {
    return `${plural(database.drift, "object")} ${database.drift === 1 ? "differs" : "differ"} from ${baseline}`;
  }
  if (database.status === "synced") return `Matches ${baseline}`;
  return database.sample ? "The sample shop, yours to change" : "No approved schema to compare with";
}

/** When an unreachable database is tried again; nothing for the others. */
export function nextTry(database: DatabaseSummary, now: Date): Html | null {
  if (database.state !== "unreachable" || database.nextTryAt === null) return null;
  return html`next try ${untilTime(database.nextTryAt, now)}`;
}

function lastChange(change: ChangeSummary | null, now: Date): Html {
  if (change === null) return html`<span class="soft none">No change seen yet</span>`;
  return html`${judgementMark(change.compatibility)}<span class="text">${change.summary}</span><span class="soft nowrap">${agoTime(change.foundAt, now)}</span>`;
}
