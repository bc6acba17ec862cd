import { COMPATIBILITIES } from "../../catalog/change.ts";
import type { ChangeSummary, Page, RunState, RunSummary } from "../../store/models.ts";
import { type Html, type HtmlChild, html, raw } from "../html.ts";
import { changeFeed, newestChange, runFeed } from "./feeds.ts";
import { emptyState, runWord } from "./parts.ts";

export interface ListFilter {
  readonly database: string | null;
  /** A judgement for changes, a state for runs. */
  readonly kind: string | null;
}

interface ListSettings {
  readonly title: string;
  readonly path: string;
  /** The name of the query parameter that `kind` goes into. */
  readonly parameter: string;
  readonly kinds: readonly (readonly [value: string, word: string])[];
}

const STATES: readonly RunState[] = ["queued", "running", "succeeded", "failed", "cancelled"];

const CHANGES: ListSettings = {
  title: "Changes",
  path: "/changes",
  parameter: "compatibility",
  kinds: COMPATIBILITIES.map((one) => [one, one.replace(/^./, (first) => first.toUpperCase())]),
};

const RUNS: ListSettings = {
  title: "Runs",
  path: "/runs",
  parameter: "state",
  kinds: STATES.map((one) => [one, runWord(one)]),
};

/** Title and filters of the list of changes; works without a script. */
export function changesHead(filter: ListFilter, databases: readonly string[]): Html {
  return head(CHANGES, filter, databases);
}

/** Title and filters of the list of runs. */
export function runsHead(filter: ListFilter, databases: readonly string[]): Html {
  return head(RUNS, filter, databases);
}

/** A page of changes, or what to do where there is none. */
export function changesList(page: Page<ChangeSummary>, filter: ListFilter, now: Date): Html {
  const none =
    filter.kind === null && filter.database === null
      ? emptyState(
          "Nothing has changed yet",
          html`<p>Alter a table in a watched database: it shows here by itself.</p>`,
        )
      : emptyState("No change fits this filter", html`<p><a href="/changes">Show all changes</a></p>`);
  return list(
    CHANGES,
    page,
    filter,
    page.items.length === 0
      ? none
      : html`${changeFeed(page.items, now, { withDatabase: true })}${newestChange(page.items)}`,
  );
}

/** A page of runs, or what to do where there is none. */
export function runsList(page: Page<RunSummary>, filter: ListFilter, now: Date): Html {
  const none =
    filter.kind === null && filter.database === null
      ? emptyState(
          "No run yet",
          html`<p>Each change starts one; <b>Trigger</b> on a database's page does too.</p>`,
        )
      : emptyState("No run fits this filter", html`<p><a href="/runs">Show all runs</a></p>`);
  return list(
    RUNS,
    page,
    filter,
    page.items.length === 0 ? none : runFeed(page.items, now, { withDatabase: true }),
  );
}

function head(settings: ListSettings, filter: ListFilter, databases: readonly string[]): Html {
  const all: ListSettings["kinds"] = [["", "All"], ...settings.kinds];
  return html`<div class="page-head"><h1>${settings.title}</h1>
<div class="filters"><nav class="chips" aria-label="Filter">${all.map(
    ([value, word]) =>
      html`<a class="chip" href="${address(settings, { ...filter, kind: value || null })}"${(filter.kind ?? "") === value && raw(' aria-current="true"')}>${word}</a>`,
  )}</nav>${
    databases.length > 1 &&
    html`<form method="get" action="${settings.path}" class="actions">${filter.kind !== null && html`<input type="hidden" name="${settings.parameter}" value="${filter.kind}">`}<label class="sr" for="database">Database</label><select class="field" id="database" name="database" data-submit><option value="">All databases</option>${databases.map(
      (name) => html`<option value="${name}"${name === filter.database && raw(" selected")}>${name}</option>`,
    )}</select><button class="btn">Show</button></form>`
  }</div></div>`;
}

function list(settings: ListSettings, page: Page<unknown>, filter: ListFilter, content: HtmlChild): Html {
  return html`<section class="card" aria-label="${settings.title}">${content}${
    page.nextCursor !== null &&
    html`<nav class="pager" aria-label="Pages"><span></span><a class="btn" rel="next" href="${address(settings, filter, page.nextCursor)}">Older</a></nav>`
  }</section>`;
}

function address(settings: ListSettings, filter: ListFilter, cursor?: string): string {
  const query = new URLSearchParams();
  if (filter.database !== null) query.set("database", filter.database);
  if (filter.kind !== null) query.set(settings.parameter, filter.kind);
  if (cursor !== undefined) query.set("cursor", cursor);
  const text = query.toString();
  return text === "" ? settings.path : `${settings.path}?${text}`;
}
