import { hasEnded, type RunDetail, type RunEvent, type RunStep } from "../../store/models.ts";
import { type Html, html, raw } from "../html.ts";
import { runCause } from "./feeds.ts";
import { agoTime, between, clockTime, duration, plural } from "./format.ts";
import { icon } from "./icons.ts";
import { codeBlock, crumbs, databaseHref, runMark, runPill, runWord } from "./parts.ts";

/** A run as the page shows it: with the latest lines of its log. */
export interface RunModel {
  readonly run: RunDetail;
  /** In order; at most the latest few hundred. */
  readonly events: readonly RunEvent[];
  /** How many earlier lines were left out. */
  readonly earlier: number;
}

/** A run's own page. */
export function runView(model: RunModel, mayOperate: boolean, now: Date): Html {
  const { run } = model;
  return html`<div class="page-head"><div>${crumbs([
    { name: "Runs", href: "/runs" },
    { name: run.database, href: databaseHref(run.database) },
  ])}<div class="title"><h1>Run ${run.id}</h1>${runPill(run)}</div>${runMeta(run, now)}</div>
${mayOperate && runActions(run)}</div>
<div class="stack">
<section class="card" aria-labelledby="steps-title"><div class="card-head"><h2 id="steps-title">Steps</h2>${tookOf(run)}</div>${runBody(model, now)}</section>
${report(run)}
</div>${announcement(run)}`;
}

/** A run inside its database's page: steps, log and report in place. */
export function runPanel(model: RunModel, mayOperate: boolean, now: Date): Html {
  const { run } = model;
  return html`<section class="card run-panel" id="run-panel" aria-labelledby="run-title">
<div class="card-head"><div><div class="title"><h2 id="run-title"><a href="/runs/${run.id}">Run ${run.id}</a></h2>${runPill(run)}</div>${runMeta(run, now)}</div>${
    mayOperate && !hasEnded(run.state) && runActions(run)
  }</div>
${runBody(model, now)}
${run.report !== null && html`<details class="report-fold" open><summary>Report</summary>${reportBody(run)}</details>`}
</section>${announcement(run)}`;
}

/** What a screen reader is told when it changes; the script says it once. Log lines are not told. */
function announcement(run: RunDetail): Html {
  const end = hasEnded(run.state) && run.summary !== null ? `: ${run.summary}` : "";
  return html`<span hidden data-say="Run ${run.id} ${runWord(run.state).toLowerCase()}${end}"></span>`;
}

function runMeta(run: RunDetail, now: Date): Html {
  return html`<p class="meta"><span>${runCause(run)}</span><span>asked for ${agoTime(run.requestedAt, now)}</span>${
    run.attempt > 1 && html`<span>attempt ${run.attempt}</span>`
  }</p>`;
}

function runActions(run: RunDetail): Html {
  if (hasEnded(run.state)) {
    return html`<div class="actions"><form method="post" action="/runs/${run.id}/rerun" data-once><button class="btn">${icon("again")}Run again</button></form></div>`;
  }
  return html`<div class="actions"><form method="post" action="/runs/${run.id}/cancel" hx-post="/runs/${run.id}/cancel" hx-swap="none"><button class="btn danger"${run.cancelRequested && html` disabled`}>Cancel</button></form></div>`;
}

function tookOf(run: RunDetail): Html | null {
  const took = between(run.requestedAt, run.finishedAt);
  return took === null ? null : html`<span class="soft small num">took ${duration(took)}</span>`;
}

function runBody(model: RunModel, now: Date): Html {
  const { run } = model;
  const begin = Date.parse(run.requestedAt);
  const end = run.finishedAt === null ? now.getTime() : Date.parse(run.finishedAt);
  const whole = Math.max(1, end - begin);
  return html`<ol class="steps">${run.cause !== "rerun" && lookStep(run, begin, whole)}${run.steps.map((step) => stepRow(step, begin, whole, end))}</ol>
${run.error !== null && html`<p class="run-error t-bad">${icon("breaking")}<span>${run.error}</span></p>`}
${log(model)}`;
}

/** The exact look that precedes the workflow, as its first step. */
function lookStep(run: RunDetail, begin: number, whole: number): Html {
  const { look } = run;
  if (look === null) {
    const state = hasEnded(run.state) ? "cancelled" : run.state === "requested" ? "running" : "succeeded";
    return row(
      "look",
      state,
      null,
      null,
      run.cause === "change" ? "the change was found by the watch" : null,
    );
  }
  const at = Date.parse(look.at) - begin;
  const note =
    look.outcome === "failed"
      ? look.reason
      : `${look.outcome}${look.objects === null ? "" : `, ${plural(look.objects, "object")} read`}`;
  return row(
    "look",
    look.outcome === "failed" ? "failed" : "succeeded",
    look.ms,
    bar(at, look.ms, whole),
    note,
  );
}

function stepRow(step: RunStep, begin: number, whole: number, end: number): Html {
  const started = step.startedAt === null ? null : Date.parse(step.startedAt);
  const finished = step.finishedAt === null ? end : Date.parse(step.finishedAt);
  const took = between(step.startedAt, step.finishedAt);
  const note = step.error ?? step.note ?? (step.attempt > 1 ? `attempt ${step.attempt}` : null);
  return row(
    step.name,
    step.state,
    took,
    started === null ? null : bar(started - begin, finished - started, whole),
    note,
    step.link,
  );
}

function row(
  name: string,
  state: RunStep["state"],
  took: number | null,
  picture: Html | null,
  note: string | null,
  link: string | null = null,
): Html {
  return html`<li class="step s-${state}">${runMark(state)}<span class="step-name">${name}${note !== null && html` <span class="soft small">${note}</span>`}${link !== null && html` <a class="small" href="${link}" target="_blank" rel="noreferrer">its page</a>`}</span><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/>${picture}</svg><span class="num soft small took">${took === null ? "" : duration(took)}</span></li>`;
}

/** A bar from `at` for `ms`, both milliseconds, on a track that stands for `whole`. */
function bar(at: number, ms: number, whole: number): Html {
  const x = Math.min(99, Math.max(0, (at / whole) * 100));
  const width = Math.min(100 - x, Math.max(1, (ms / whole) * 100));
  return html`<rect class="part" x="${x.toFixed(1)}" width="${width.toFixed(1)}" height="6"/>`;
}

function log(model: RunModel): Html {
  const lines = model.events.filter((event) => event.type === "log" || event.type === "run");
  return html`<div class="log" id="log" tabindex="0" role="region" aria-label="Log of run ${model.run.id}" data-log>${
    model.earlier > 0 &&
    html`<p class="faint">${plural(model.earlier, "earlier line")}; <a href="/api/v1/runs/${model.run.id}/events">all of them</a></p>`
  }<ol>${lines.map(
    (event) =>
      html`<li id="log-${event.seq}" class="l-${event.level ?? "info"}">${clockTime(event.at)} <span class="log-step">${event.step ?? "run"}</span> <span>${event.level === "warn" || event.level === "error" ? html`<b>${event.level}</b> ` : null}${event.message}</span></li>`,
  )}</ol>${lines.length === 0 && html`<p class="faint">The log begins when a worker takes the run.</p>`}</div>`;
}

function report(run: RunDetail): Html | null {
  if (run.report === null) return null;
  return html`<section class="card" aria-labelledby="report-title"><div class="card-head"><h2 id="report-title">Report</h2></div>${reportBody(run)}
<details class="card-foot"><summary class="soft small">As Markdown</summary>${codeBlock(run.report.markdown, "the report as Markdown")}</details></section>`;
}

/** The report's markup is made by worker/report, which escapes whatever a database wrote. */
function reportBody(run: RunDetail): Html {
  return html`<div class="report-body card-body" tabindex="0" role="region" aria-label="Report of run ${run.id}">${raw(run.report?.html ?? "")}</div>`;
}
