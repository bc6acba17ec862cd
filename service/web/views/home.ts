import { COMPATIBILITIES, type Compatibility, worst } from "../../catalog/change.ts";
import type { ChangeSummary, DatabaseSummary, RunSummary } from "../../store/models.ts";
import type { Totals } from "../../store/read/totals.ts";
import { type Html, html } from "../html.ts";
import type { Divided } from "../live.ts";
import { addressOf, type Chosen, isNarrowed } from "./chosen.ts";
import { changeFeed, newestChange, runFeed } from "./feeds.ts";
import { chosenLine, labelChips, nothingFits, pictures, SMALL } from "./fleet.ts";
import { agoTime, count, plural, untilTime } from "./format.ts";
import { icon } from "./icons.ts";
import {
  codeBlock,
  databaseHref,
  emptyState,
  failedPill,
  judgementMark,
  judgementTone,
  reachPill,
  statusPill,
  tileTone,
} from "./parts.ts";
import { activityPicture } from "./spark.ts";

export interface HomeModel {
  readonly totals: Totals;
  readonly chosen: Chosen;
  /** A page of those that were chosen; of a fleet first those that need a person. */
  readonly databases: readonly DatabaseSummary[];
  /** The addresses of the page behind this one, and of the first where this is a later one. */
  readonly next: string | null;
  readonly first: string | null;
  readonly mayOperate: boolean;
  /** Null where only databases are shown. */
  readonly latest: {
    readonly changes: readonly ChangeSummary[];
    readonly runs: readonly RunSummary[];
  } | null;
}

/** Whether what is watched is shown as a fleet. */
export function isFleet({ totals, chosen }: Pick<HomeModel, "totals" | "chosen">): boolean {
  return totals.all > SMALL || isNarrowed(chosen);
}

/** The page's state: the figures or pictures, a tile for each database of a page, the latest changes and runs. */
export function homeView(model: HomeModel, now: Date): Divided {
  const { totals, chosen, databases, latest } = model;
  const fleet = isFleet(model);
  const parts: { id: string; text: string }[] = [];
  const part = (id: string, markup: Html): Html => {
    parts.push({ id, text: markup.text });
    return markup;
  };
  const { text } =
    html`${fleet ? totals.databases > 0 && part("pictures", pictures(totals, chosen)) : html`<div class="page-head"><div class="title"><h1>Databases</h1>${part("figures", figures(model))}</div></div>`}
${fleet && part("chosen", chosenLine(totals, chosen))}
${
  databases.length > 0
    ? html`<ul class="tiles${fleet && " dense"}">${databases.map((database) => part(`tile-${database.name}`, tile(database, now, fleet)))}${!fleet && firstSteps(model)}</ul>${pager(model)}`
    : isNarrowed(chosen)
      ? nothingFits(chosen)
      : html`<div class="card">${emptyState(
          "No database is watched yet",
          html`<p>Name one, and this page follows it within a second.</p>${codeBlock(EXAMPLE, "an example of databases.yaml")}`,
        )}</div>`
}
${
  latest !== null &&
  html`<div class="columns">
${part("latest-changes", latestChanges(latest.changes, chosen, now))}
${part("latest-runs", latestRuns(latest.runs, chosen, now))}
</div>${newestChange(latest.changes)}`
}`;
  return { text, parts };
}

function pager({ next, first }: HomeModel): Html | null {
  if (next === null && first === null) return null;
  return html`<nav class="more" aria-label="Pages">${first !== null && html`<a class="btn" href="${first}">First page</a>`}${next !== null && html`<a class="btn" rel="next" href="${next}">More databases</a>`}</nav>`;
}

function latestChanges(changes: readonly ChangeSummary[], { labels }: Chosen, now: Date): Html {
  return html`<section class="card" id="latest-changes" aria-labelledby="changes-title"><div class="card-head"><h2 id="changes-title">Latest changes</h2><a href="${addressOf("/changes", { labels })}" class="small">All changes</a></div>${
    changes.length === 0
      ? emptyState(
          "Nothing has changed yet",
          html`<p>Alter a table in a watched database: it shows here by itself.</p>`,
        )
      : changeFeed(changes, now, { withDatabase: true })
  }</section>`;
}

function latestRuns(runs: readonly RunSummary[], { labels }: Chosen, now: Date): Html {
  return html`<section class="card" id="latest-runs" aria-labelledby="runs-title"><div class="card-head"><h2 id="runs-title">Latest runs</h2><a href="${addressOf("/runs", { labels })}" class="small">All runs</a></div>${
    runs.length === 0
      ? emptyState(
          "No run yet",
          html`<p>Each change starts one; <b>Trigger</b> on a database's page does too.</p>`,
        )
      : runFeed(runs, now, { withDatabase: true })
  }</section>`;
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

function figures({ totals }: HomeModel): Html {
  const { statuses, states, hours } = totals;
  const sum = (one: Compatibility) => hours.reduce((all, hour) => all + hour[one], 0);
  const found = COMPATIBILITIES.filter((one) => sum(one) > 0);
  const changes = found.reduce((all, one) => all + sum(one), 0);
  const tone = judgementTone(worst(found));
  return html`<p class="figures" id="figures">${statuses.synced > 0 && html`<span><b>${statuses.synced}</b> synced</span>`}${
    statuses.drifted > 0 && html`<span class="t-warn"><b>${statuses.drifted}</b> drifted</span>`
  }${statuses["no baseline"] > 0 && html`<span><b>${statuses["no baseline"]}</b> without baseline</span>`}${
    states.unreachable > 0 && html`<span class="t-bad"><b>${states.unreachable}</b> unreachable</span>`
  }${totals.all > 0 && html`<span class="${changes > 0 && `t-${tone}`}"><b>${count(changes)}</b> ${changes === 1 ? "change" : "changes"} in 24 h</span>`}</p>`;
}

/** Of a fleet, labels take the place of the times of looks. */
function tile(database: DatabaseSummary, now: Date, fleet: boolean): Html {
  return html`<li class="card tile e-${tileTone(database)}" id="tile-${database.name}">
<div class="tile-head"><h3><a href="${databaseHref(database.name)}">${database.name}</a></h3><div class="pills">${reachPill(database)}${failedPill(database)}${statusPill(database)}</div></div>
<p class="line">${standing(database)}${database.objects !== null && database.state !== "unreachable" && html` <span class="nowrap">· ${plural(database.objects, "object")}</span>`}</p>
${activityPicture(database.activity)}
<div class="last">${lastChange(database.lastChange, now)}</div>
${fleet ? html`<div class="labels">${labelChips(database.labels)}</div>` : tileFoot(database, now)}</li>`;
}

function tileFoot(database: DatabaseSummary, now: Date): Html {
  return html`<div class="tile-foot"><span>${
    database.lastLookAt === null ? "not read yet" : html`last look ${agoTime(database.lastLookAt, now)}`
  }</span><span>${
    nextTry(database, now) ??
    (database.lastSeenAt !== null && html`checked ${agoTime(database.lastSeenAt, now)}`)
  }</span></div>`;
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
