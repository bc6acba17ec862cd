import { COMPATIBILITIES } from "../../catalog/change.ts";
import { type Label, labelText } from "../../labels.ts";
import type { DatabaseSummary } from "../../store/models.ts";
import type { LabelKey } from "../../store/read/label-keys.ts";
import type { Totals } from "../../store/read/totals.ts";
import { type Html, type HtmlChild, html, raw } from "../html.ts";
import { addressOf, type Chosen, isNarrowed, MAX_SEARCH } from "./chosen.ts";
import { count, plural } from "./format.ts";
import { icon } from "./icons.ts";
import { emptyState, judgementTone, type Tone } from "./parts.ts";
import { dayPicture } from "./spark.ts";

/** More databases than these are a fleet: it is searched and summed up, and shows first what needs a person. */
export const SMALL = 12;

interface Segment {
  readonly value: string;
  readonly word: string;
  readonly tone: Tone;
  readonly count: number;
}

/** What else a form of databases sends: words that are kept as they are, and fields of the list it stands above. */
interface FormExtras {
  readonly kept: Readonly<Record<string, string | null>>;
  readonly more: HtmlChild;
}

/** The form that finds databases by name and labels. No stream touches it; without a script it works by its button. */
export function findForm(
  path: string,
  { search, labels }: Pick<Chosen, "search" | "labels">,
  keys: readonly LabelKey[],
  { kept, more }: FormExtras,
): Html {
  const inSelect = ({ key, values }: LabelKey) =>
    labels.find(([name, value]) => name === key && values.includes(value));
  const selected = keys.map(inSelect);
  const others = labels.filter((label) => !selected.includes(label));
  return html`<form id="find" class="find" role="search" method="get" action="${path}" hx-get="${path}" hx-trigger="input delay:250ms, submit" hx-target="#state" hx-swap="innerMorph" hx-sync="replace"><label class="sr" for="search">Find databases by name</label><input class="field" type="search" id="search" name="search" value="${search}" maxlength="${MAX_SEARCH}" placeholder="Find databases" autocomplete="off" autocapitalize="none" spellcheck="false" aria-keyshortcuts="/">${keys.map(
    (key, nth) =>
      html`<label class="sr" for="label-${nth}">${key.key}</label><select class="field" id="label-${nth}" name="label"><option value="">any ${key.key}</option>${key.values.map(
        (value) =>
          html`<option value="${labelText([key.key, value])}"${selected[nth]?.[1] === value && raw(" selected")}>${value}</option>`,
      )}</select>`,
  )}${more}${others.map((label) => html`<input type="hidden" name="label" value="${labelText(label)}">`)}${Object.entries(
    kept,
  ).map(
    ([name, value]) => value !== null && html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="btn">Find</button></form>`;
}

/** A link that takes back one thing that was chosen by. */
export function withdrawalChip({ words, href }: Withdrawal): Html {
  return html`<a class="chip" href="${href}" aria-label="Not only ${words}">${words}${icon("close")}</a>`;
}

/** How the databases of a choice stand, as pictures whose words filter. */
export function pictures(totals: Totals, chosen: Chosen): Html {
  const { states, statuses, runs, hours } = totals;
  const { search, labels } = chosen;
  const day = COMPATIBILITIES.map((one) => ({
    one,
    changes: hours.reduce((sum, hour) => sum + hour[one], 0),
  })).filter(({ changes }) => changes > 0);
  return html`<div class="card pictures" id="pictures">${picture("Connection", "state", chosen, [
    { value: "unreachable", word: "unreachable", tone: "bad", count: states.unreachable },
    { value: "starting", word: "starting", tone: "info", count: states.starting },
    { value: "watching", word: "watching", tone: "ok", count: states.watching },
  ])}${picture("Baseline", "status", chosen, [
    { value: "drifted", word: "drifted", tone: "warn", count: statuses.drifted },
    { value: "synced", word: "synced", tone: "ok", count: statuses.synced },
    { value: "no baseline", word: "no baseline", tone: "mute", count: statuses["no baseline"] },
  ])}${picture("Last run", "run", chosen, [
    { value: "failed", word: "failed", tone: "bad", count: runs.failed },
    { value: "active", word: "processing", tone: "info", count: runs.active },
    { value: "succeeded", word: "succeeded", tone: "ok", count: runs.succeeded },
    { value: "cancelled", word: "cancelled", tone: "mute", count: runs.cancelled },
    { value: "none", word: "none yet", tone: "mute", count: runs.none },
  ])}<section class="picture" aria-labelledby="picture-day"><h2 id="picture-day">Last 24 hours</h2>${dayPicture(hours)}<ul>${
    day.length === 0
      ? html`<li class="soft">no changes</li>`
      : day.map(
          ({ one, changes }) =>
            html`<li><a href="${addressOf("/changes", { search, labels }, { compatibility: one })}"><i class="f-${judgementTone(one)}"></i><b class="num">${count(changes)}</b> ${one}</a></li>`,
        )
  }</ul></section></div>`;
}

/** A bar of what stands how, with a link for each that chooses it, or any again where it is chosen. */
function picture(
  title: string,
  parameter: "state" | "status" | "run",
  chosen: Chosen,
  all: readonly Segment[],
): Html {
  const segments = all.filter((one) => one.count > 0 || one.value === chosen[parameter]);
  const total = segments.reduce((sum, one) => sum + one.count, 0);
  let from = 0;
  const bar = segments.map((one) => {
    // A few of a thousand must be seen, too.
    const width = one.count === 0 ? 0 : Math.max(1.2, (one.count / Math.max(1, total)) * 100);
    const drawn = html`<rect class="f-${one.tone}" x="${from.toFixed(2)}" width="${width.toFixed(2)}" height="8"/>`;
    from += width + 0.5;
    return drawn;
  });
  return html`<section class="picture" aria-labelledby="picture-${parameter}"><h2 id="picture-${parameter}">${title}</h2><svg viewBox="0 0 ${Math.max(1, from - 0.5).toFixed(2)} 8" preserveAspectRatio="none" aria-hidden="true">${bar}</svg><ul>${segments.map(
    ({ value, word, tone, count: number }) => {
      const current = chosen[parameter] === value;
      const href = addressOf("/", { ...chosen, [parameter]: current ? null : value });
      return html`<li><a href="${href}"${current && raw(' aria-current="true"')}><i class="f-${tone}"></i><b class="num">${count(number)}</b> ${word}</a></li>`;
    },
  )}</ul></section>`;
}

/** How many are shown of how many, and what they were chosen by, each with a link that takes it back. */
export function chosenLine(totals: Totals, chosen: Chosen): Html {
  const { found } = totals;
  if (!isNarrowed(chosen)) {
    return html`<p class="chosen" id="chosen"><span><b class="num">${count(totals.all)}</b> databases, those that need a person first</span><span hidden data-say="All ${totals.all} databases" data-say-of="found"></span></p>`;
  }
  return html`<p class="chosen" id="chosen"><span><b class="num">${count(found)}</b> of ${plural(totals.all, "database")}</span>${withdrawals(chosen).map(withdrawalChip)}<a class="small" href="/">Show all</a><span hidden data-say-of="found" data-say="${plural(found, "database")} of ${totals.all} ${found === 1 ? "fits" : "fit"}"></span></p>`;
}

/** What stands where no database fits: what was asked, and how to ask for more. */
export function nothingFits(chosen: Chosen): Html {
  const ways = withdrawals(chosen);
  return html`<div class="card">${emptyState(
    "No database fits",
    html`<p>Nothing that is watched is ${ways.map(({ words }, nth) => html`${nth > 0 && (nth === ways.length - 1 ? " and " : ", ")}<b>${words}</b>`)}.</p>${widenLinks(ways, { words: "Show all databases", href: "/" })}`,
  )}</div>`;
}

/** Links that each ask for more than what found nothing. */
export function widenLinks(ways: readonly Withdrawal[], all: { words: string; href: string }): Html {
  return html`<p class="chips widen">${ways.length > 1 && ways.map(({ wider, href }) => html`<a class="chip" href="${href}">${wider}</a>`)}<a class="chip" href="${all.href}">${all.words}</a></p>`;
}

/** A thing that was chosen by, what it is without it, and the address of that. */
export interface Withdrawal {
  readonly words: string;
  readonly wider: string;
  readonly href: string;
}

const STATUS_WORDS = { synced: "synced", drifted: "drifted", "no baseline": "without a baseline" } as const;
const RUN_WORDS = {
  succeeded: "succeeded at last",
  active: "processing",
  failed: "failed at last",
  cancelled: "cancelled at last",
  none: "without a run",
} as const;

/** Each thing that databases are chosen by. */
function withdrawals(chosen: Chosen): Withdrawal[] {
  const { state, status, run } = chosen;
  const without = (change: Partial<Chosen>) => addressOf("/", { ...chosen, ...change });
  return [
    ...databaseWithdrawals(chosen, without),
    ...(state === null ? [] : [{ words: state, wider: "Any connection", href: without({ state: null }) }]),
    ...(status === null
      ? []
      : [{ words: STATUS_WORDS[status], wider: "Any baseline", href: without({ status: null }) }]),
    ...(run === null ? [] : [{ words: RUN_WORDS[run], wider: "Any last run", href: without({ run: null }) }]),
  ];
}

/** The part of it that every list has; `what` names whose names are meant where that is not plain. */
export function databaseWithdrawals(
  { search, labels }: Pick<Chosen, "search" | "labels">,
  without: (change: Partial<Pick<Chosen, "search" | "labels">>) => string,
  what = "",
): Withdrawal[] {
  return [
    ...(search === ""
      ? []
      : [{ words: `${what}named “${search}”`, wider: "Any name", href: without({ search: "" }) }]),
    ...labels.map((label) => ({
      words: labelText(label),
      wider: `Any ${label[0]}`,
      href: without({ labels: labels.filter((other) => other !== label) }),
    })),
  ];
}

/** Labels, each a link to the databases that have it. */
export function labelChips(labels: DatabaseSummary["labels"]): HtmlChild {
  return Object.entries(labels).map((label: Label) => {
    const text = labelText(label);
    return html`<a class="label" href="${addressOf("/", { labels: [label] })}" title="Databases with ${text}"><span>${label[0]}:</span>${label[1]}</a>`;
  });
}
