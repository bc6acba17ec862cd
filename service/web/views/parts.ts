import type { Action, Compatibility, LockMode } from "../../catalog/change.ts";
import {
  type ChangeSummary,
  type DatabaseSummary,
  hasEnded,
  type RunState,
  type RunStep,
  type RunSummary,
} from "../../store/models.ts";
import { type Html, type HtmlChild, html } from "../html.ts";
import { count } from "./format.ts";
import { type IconName, icon } from "./icons.ts";

export type Tone = "ok" | "warn" | "bad" | "info" | "mute";

interface Look {
  readonly word: string;
  readonly tone: Tone;
  readonly icon: IconName;
}

const STATUS: Readonly<Record<DatabaseSummary["status"], Look>> = {
  synced: { word: "Synced", tone: "ok", icon: "check" },
  drifted: { word: "Drifted", tone: "warn", icon: "drift" },
  "no baseline": { word: "No baseline", tone: "mute", icon: "none" },
};
const UNREACHABLE: Look = { word: "Unreachable", tone: "bad", icon: "unreachable" };
const RUN_FAILED: Look = { word: "Run failed", tone: "bad", icon: "breaking" };
const STARTING: Look = { word: "Starting", tone: "info", icon: "running" };

const JUDGEMENT: Readonly<Record<Compatibility, Look>> = {
  breaking: { word: "Breaking", tone: "bad", icon: "breaking" },
  risky: { word: "Risky", tone: "warn", icon: "risky" },
  safe: { word: "Safe", tone: "ok", icon: "check" },
};

const TRANSIENT: Look = { word: "Transient", tone: "mute", icon: "again" };

/** A run's states and a step's, in the words the page uses for them. */
const RUN: Readonly<Record<RunState | RunStep["state"], Look>> = {
  requested: { word: "Processing", tone: "info", icon: "running" },
  queued: { word: "Queued", tone: "info", icon: "waiting" },
  running: { word: "Processing", tone: "info", icon: "running" },
  succeeded: { word: "Succeeded", tone: "ok", icon: "check" },
  failed: { word: "Failed", tone: "bad", icon: "breaking" },
  cancelled: { word: "Cancelled", tone: "mute", icon: "cancelled" },
  pending: { word: "Waiting", tone: "mute", icon: "pending" },
};

const ACTION: Readonly<Record<Action, { readonly tone: Tone }>> = {
  added: { tone: "ok" },
  removed: { tone: "bad" },
  altered: { tone: "warn" },
  renamed: { tone: "info" },
};

/** How a look was caused, as an ending of "found …". */
const CAUSE: Readonly<Record<ChangeSummary["cause"], string>> = {
  start: "at start",
  gate: "by the catalog counters",
  "row-version": "by row versions",
  unconditional: "by the regular look",
  request: "by a trigger",
  tap: "by the tap",
};

function pill(look: Look): Html {
  return html`<span class="pill t-${look.tone}">${icon(look.icon, look.icon === "running" ? "spin" : "")}${look.word}</span>`;
}

function mark(look: Look): Html {
  return html`<span class="t-${look.tone}">${icon(look.icon, look.icon === "running" ? "spin" : "")}<span class="sr">${look.word}: </span></span>`;
}

/** How a database stands to its baseline; before its first look, that it is starting. */
export function statusPill(database: DatabaseSummary): Html {
  if (database.state === "starting" && database.objects === null) return pill(STARTING);
  return pill(STATUS[database.status]);
}

/** The pill of a database that cannot be reached; nothing for the others. */
export function reachPill(database: DatabaseSummary): Html | null {
  return database.state === "unreachable" ? pill(UNREACHABLE) : null;
}

/** The pill of a database whose last run failed; nothing for the others. */
export function failedPill(database: DatabaseSummary): Html | null {
  return database.lastRun?.state === "failed" ? pill(RUN_FAILED) : null;
}

/** The class that colours a tile's edge: what needs a person first. */
export function tileTone(database: DatabaseSummary): Tone {
  if (database.state === "unreachable" || database.lastRun?.state === "failed") return "bad";
  return STATUS[database.status].tone;
}

export function judgementPill(compatibility: Compatibility): Html {
  return pill(JUDGEMENT[compatibility]);
}

/** Of a change that holds nothing but what came and went. */
export function transientPill(): Html {
  return pill(TRANSIENT);
}

export function transientMark(): Html {
  return mark(TRANSIENT);
}

export function judgementMark(compatibility: Compatibility): Html {
  return mark(JUDGEMENT[compatibility]);
}

export function judgementWord(compatibility: Compatibility): string {
  return JUDGEMENT[compatibility].word;
}

/** The class name that colours by judgement. */
export function judgementTone(compatibility: Compatibility): Tone {
  return JUDGEMENT[compatibility].tone;
}

export function runPill(run: Pick<RunSummary, "state" | "cancelRequested">): Html {
  if (run.cancelRequested && !hasEnded(run.state))
    return pill({ word: "Cancelling", tone: "mute", icon: "running" });
  return pill(RUN[run.state]);
}

export function runMark(state: RunState | RunStep["state"]): Html {
  return mark(RUN[state]);
}

export function runWord(state: RunState | RunStep["state"]): string {
  return RUN[state].word;
}

export function actionMark(action: Action): Html {
  return html`<span class="action t-${ACTION[action].tone}" title="${action}">${icon(action)}<span class="sr">${action}: </span></span>`;
}

export function causeWords(cause: ChangeSummary["cause"]): string {
  return CAUSE[cause];
}

/** "2 breaking, 1 safe" as small pills; what there is none of is left out. */
export function judgementCounts(change: Pick<ChangeSummary, "breaking" | "risky" | "safe">): Html {
  const counts: readonly (readonly [Compatibility, number])[] = [
    ["breaking", change.breaking],
    ["risky", change.risky],
    ["safe", change.safe],
  ];
  return html`${counts.map(
    ([compatibility, number]) =>
      number > 0 &&
      html`<span class="pill t-${JUDGEMENT[compatibility].tone}">${icon(JUDGEMENT[compatibility].icon)}<span class="num">${count(number)}</span> ${compatibility}</span>`,
  )}`;
}

/** What a lock mode keeps others from, PostgreSQL manual 13.3.1. */
export function lockWords(lock: LockMode): string {
  switch (lock) {
    case "ACCESS EXCLUSIVE":
      return "blocks reads and writes";
    case "EXCLUSIVE":
    case "SHARE ROW EXCLUSIVE":
    case "SHARE":
      return "blocks writes, lets reads through";
    default:
      return "lets reads and writes through";
  }
}

/** A block of code with a button that copies it. `what` names it for screen readers; a long line is broken with `wrap`. */
export function codeBlock(code: string, what: string, wrap = false): Html {
  return html`<div class="code${wrap && " wrap"}"><pre tabindex="0" role="group" aria-label="${what}"><code>${code}</code></pre><button type="button" class="btn ghost small copy" data-copy="${code}" aria-label="Copy ${what}" title="Copy">${icon("copy")}</button></div>`;
}

/** What stands where there is nothing yet: the fact, and what to do. */
export function emptyState(fact: string, todo: HtmlChild): Html {
  return html`<div class="empty"><strong>${fact}</strong>${todo}</div>`;
}

/** Something the reader must know before all else. */
export function banner(tone: Tone, title: string, text: HtmlChild): Html {
  return html`<div class="banner t-${tone}" role="alert">${icon("risky")}<div><strong>${title}</strong><p class="small">${text}</p></div></div>`;
}

/** The way from the home page to here; the last one is this page. */
export function crumbs(items: readonly { readonly name: string; readonly href: string }[]): Html {
  return html`<nav aria-label="Breadcrumb"><ol class="crumbs">${items.map((item) => html`<li><a href="${item.href}">${item.name}</a></li>`)}</ol></nav>`;
}

export function databaseHref(name: string): string {
  return `/databases/${encodeURIComponent(name)}`;
}
