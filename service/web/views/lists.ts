import { ACTIONS, type Action, COMPATIBILITIES, type Compatibility } from "../../catalog/change.ts";
import { type Label, labelText } from "../../labels.ts";
import {
  type ChangeSummary,
  type Page,
  RUN_STATES,
  type RunState,
  type RunSummary,
} from "../../store/models.ts";
import type { LabelKey } from "../../store/read/label-keys.ts";
import { type Html, type HtmlChild, html, raw } from "../html.ts";
import { addressOf, databasesOf } from "./chosen.ts";
import { changeFeed, newestChange, runFeed } from "./feeds.ts";
import { databaseWithdrawals, findForm, type Withdrawal, widenLinks, withdrawalChip } from "./fleet.ts";
import { emptyState, runWord } from "./parts.ts";

/** What a list's address chooses. */
export interface ListFilter {
  /** Of this database only. */
  readonly database: string | null;
  /** Of databases with this in their name, and with all of these labels. */
  readonly search: string;
  readonly labels: readonly Label[];
  /** Of changes. */
  readonly compatibility: Compatibility | null;
  readonly action: Action | null;
  /** Of runs. */
  readonly state: RunState | null;
}

/** What the lists can be narrowed to beside their own words. */
export interface Narrowing {
  /** The names of a few databases, to choose one; null for a fleet, which is searched. */
  readonly databases: readonly string[] | null;
  readonly keys: readonly LabelKey[];
}

interface ListSettings {
  readonly title: string;
  readonly path: string;
  /** The filter whose words stand above the list. */
  readonly parameter: "compatibility" | "state";
  readonly kinds: readonly (readonly [value: string, word: string])[];
}

const capital = (word: string) => word.replace(/^./, (first) => first.toUpperCase());

const CHANGES: ListSettings = {
  title: "Changes",
  path: "/changes",
  parameter: "compatibility",
  kinds: COMPATIBILITIES.map((one) => [one, capital(one)]),
};

const STATES: readonly RunState[] = ["queued", "running", "succeeded", "failed", "cancelled"];

const RUNS: ListSettings = {
  title: "Runs",
  path: "/runs",
  parameter: "state",
  kinds: STATES.map((one) => [one, runWord(one)]),
};

/** What the address of a list chooses. A word that does not exist chooses nothing; nor does an empty one, as forms send them. */
export function listFilterOf(query: URLSearchParams): ListFilter {
  const word = <T extends string>(name: string, words: readonly T[]) =>
    words.find((one) => one === query.get(name)) ?? null;
  return {
    ...databasesOf(query),
    database: query.get("database") || null,
    compatibility: word("compatibility", COMPATIBILITIES),
    action: word("action", ACTIONS),
    state: word("state", RUN_STATES),
  };
}

/** The address of a list with a filter. */
export function listAddress(path: string, filter: Partial<ListFilter>, cursor: string | null = null): string {
  const { search = "", labels = [], ...others } = filter;
  return addressOf(path, { search, labels }, { ...others, cursor });
}

/** Title and filters of the list of changes; works without a script. */
export function changesHead(filter: ListFilter, narrowing: Narrowing): Html {
  return head(CHANGES, filter, narrowing, choice("action", "Action", "any action", ACTIONS, filter.action));
}

/** Title and filters of the list of runs. */
export function runsHead(filter: ListFilter, narrowing: Narrowing): Html {
  return head(RUNS, filter, narrowing, null);
}

/** The words above the list of changes, or of runs, by which it is narrowed: links that keep the rest of the filter. */
export function changeKinds(filter: ListFilter): Html {
  return kinds(CHANGES, filter);
}
export function runKinds(filter: ListFilter): Html {
  return kinds(RUNS, filter);
}

/** A page of changes, or what to do where there is none. */
export function changesList(page: Page<ChangeSummary>, filter: ListFilter, now: Date): Html {
  const nothing = emptyState(
    "Nothing has changed yet",
    html`<p>Alter a table in a watched database: it shows here by itself.</p>`,
  );
  const items = html`${changeFeed(page.items, now, { withDatabase: true })}${newestChange(page.items)}`;
  return list(CHANGES, page, filter, page.items.length > 0 ? items : empty(CHANGES, filter, nothing));
}

/** A page of runs, or what to do where there is none. */
export function runsList(page: Page<RunSummary>, filter: ListFilter, now: Date): Html {
  const nothing = emptyState(
    "No run yet",
    html`<p>Each change starts one; <b>Trigger</b> on a database's page does too.</p>`,
  );
  const items = runFeed(page.items, now, { withDatabase: true });
  return list(RUNS, page, filter, page.items.length > 0 ? items : empty(RUNS, filter, nothing));
}

function head(settings: ListSettings, filter: ListFilter, narrowing: Narrowing, more: HtmlChild): Html {
  const { path, parameter } = settings;
  const { databases, keys } = narrowing;
  return html`<div class="page-head"><h1>${settings.title}</h1>
<div class="filters">${kinds(settings, filter)}${
    databases === null
      ? findForm(path, { search: filter.search, labels: filter.labels }, keys, {
          kept: { database: filter.database, [parameter]: filter[parameter] },
          more,
        })
      : (databases.length > 1 || more !== null) &&
        html`<form method="get" action="${path}" class="actions">${filter[parameter] !== null && html`<input type="hidden" name="${parameter}" value="${filter[parameter]}">`}${filter.labels.map((label) => html`<input type="hidden" name="label" value="${labelText(label)}">`)}${
          databases.length > 1 && choice("database", "Database", "all databases", databases, filter.database)
        }${more}<button class="btn">Show</button></form>`
  }</div></div>`;
}

function kinds(settings: ListSettings, filter: ListFilter): Html {
  const all: ListSettings["kinds"] = [["", "All"], ...settings.kinds];
  return html`<nav class="chips" id="kinds" aria-label="Filter">${all.map(
    ([value, word]) =>
      html`<a class="chip" href="${listAddress(settings.path, { ...filter, [settings.parameter]: value || null })}"${(filter[settings.parameter] ?? "") === value && raw(' aria-current="true"')}>${word}</a>`,
  )}</nav>`;
}

/** A list of words of which one is chosen, or any. */
function choice(
  name: string,
  label: string,
  any: string,
  words: readonly string[],
  chosen: string | null,
): Html {
  return html`<label class="sr" for="${name}">${label}</label><select class="field" id="${name}" name="${name}" data-submit><option value="">${any}</option>${words.map(
    (word) => html`<option value="${word}"${word === chosen && raw(" selected")}>${word}</option>`,
  )}</select>`;
}

function list(settings: ListSettings, page: Page<unknown>, filter: ListFilter, content: HtmlChild): Html {
  const chips = withdrawals(settings, filter).map((one) => withdrawalChip(one));
  return html`${chips.length > 0 && html`<p class="chosen"><span>Only</span>${chips}<a class="small" href="${settings.path}">Show all</a></p>`}<section class="card" aria-label="${settings.title}">${content}${
    page.nextCursor !== null &&
    html`<nav class="pager" aria-label="Pages"><span></span><a class="btn" rel="next" href="${listAddress(settings.path, filter, page.nextCursor)}">Older</a></nav>`
  }</section>`;
}

/** What stands where nothing fits: how to ask for more. */
function empty(settings: ListSettings, filter: ListFilter, nothing: Html): Html {
  const { path, parameter, title } = settings;
  const ways = withdrawals(settings, filter);
  const kind = filter[parameter];
  if (ways.length === 0 && kind === null) return nothing;
  if (kind !== null) {
    const word = settings.kinds.find(([value]) => value === kind)?.[1].toLowerCase() ?? kind;
    const wider = parameter === "state" ? "Any state" : "Any judgement";
    ways.unshift({ words: word, wider, href: listAddress(path, { ...filter, [parameter]: null }) });
  }
  const what = title.toLowerCase();
  const fact = `No ${what.replace(/s$/, "")} fits`;
  return html`${emptyState(fact, widenLinks(ways, { words: `Show all ${what}`, href: path }))}<span hidden data-say-of="found" data-say="${fact}"></span>`;
}

/** Each thing that the list is narrowed by beside the words above it, with the address without it. */
function withdrawals({ path }: ListSettings, filter: ListFilter): Withdrawal[] {
  const { database, action } = filter;
  const without = (change: Partial<ListFilter>) => listAddress(path, { ...filter, ...change });
  return [
    ...(database === null
      ? []
      : [{ words: database, wider: "Any database", href: without({ database: null }) }]),
    ...databaseWithdrawals(filter, without, "databases "),
    ...(action === null ? [] : [{ words: action, wider: "Any action", href: without({ action: null }) }]),
  ];
}
