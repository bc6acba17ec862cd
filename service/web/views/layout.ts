import { version } from "../../../package.json";
import { asset } from "../assets/index.ts";
import { type Html, type HtmlChild, html, raw } from "../html.ts";
import { icon } from "./icons.ts";
import { banner } from "./parts.ts";

export type Section = "databases" | "changes" | "runs" | "api";

/** What every page is given beside its own content. */
export interface Shell {
  /** Who is logged in; null where nobody has to. */
  readonly user: string | null;
  /** What is wrong with databases.yaml as it is now; null when nothing is. */
  readonly fault: string | null;
}

export interface PageOptions {
  readonly title: string;
  readonly section: Section | null;
  readonly shell: Shell;
  /** Above the live part: what a stream must not touch, such as a form with its own key. */
  readonly head?: HtmlChild;
  readonly content: HtmlChild;
  /** Below the live part: what is large and never changes. */
  readonly foot?: HtmlChild;
  /** The class of a box around it all. */
  readonly layout?: "change-page";
  /** The server's time, as the reader's clock may be wrong. */
  readonly now?: Date;
  /** Address of the stream that keeps `content` as it is in the store; null for pages that do not change. */
  readonly live: string | null;
}

const SECTIONS: readonly { readonly section: Section; readonly name: string; readonly href: string }[] = [
  { section: "databases", name: "Databases", href: "/" },
  { section: "changes", name: "Changes", href: "/changes" },
  { section: "runs", name: "Runs", href: "/runs" },
  { section: "api", name: "API", href: "/api" },
];

const KEYS: readonly (readonly [string, string])[] = [
  ["g d", "Databases"],
  ["g c", "Changes"],
  ["g r", "Runs"],
  ["g a", "API"],
  ["/", "Find a database (where there are many)"],
  ["t", "Trigger a look (on a database's page)"],
  ["j k", "Next and previous in a list"],
  ["?", "This help"],
];

/**
 * htmx's settings. Errors are not swapped into the page; `open` survives a morph, so that what a reader opened stays
 * open; a lost stream is tried again at least every two seconds; Back after a search in place loads that address.
 */
const HTMX = JSON.stringify({
  includeIndicatorCSS: false,
  history: "reload",
  noSwap: [204, 304, "4xx", "5xx"],
  morphIgnore: ["data-htmx-powered", "open"],
  sse: { reconnectDelay: 300, reconnectMaxDelay: 2000 },
});

/** A whole page. It needs no inline script or style, so that the content security policy can forbid both. */
export function page(options: PageOptions): Html {
  const { shell } = options;
  return html`<!doctype html>
<html lang="en"${options.now !== undefined && html` data-now="${options.now.toISOString()}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${options.title} · Schemawatch</title>
<meta name="htmx-config" content="${HTMX}">
<link rel="icon" href="${asset("logo.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${asset("app.css")}">
<script src="${asset("theme.js")}"></script>
<script src="${asset("app.js")}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${top(options.section, shell, options.live !== null)}
<main id="main" tabindex="-1">
${shell.fault !== null && banner("warn", "databases.yaml has a fault; the last right version stays in force.", html`<span class="mono">${shell.fault}</span>`)}
${options.layout !== undefined && raw(`<div class="${options.layout}">`)}
${options.head}
${options.live === null ? options.content : html`${streamElement(options.live)}<div id="state">${options.content}</div>`}
${options.foot}
${options.layout !== undefined && raw("</div>")}
</main>
<footer class="foot"><div class="foot-in"><span>Schemawatch ${version}</span><span>Times are in <span data-zone>UTC</span></span><span class="end">Press <kbd>?</kbd> for the keys</span></div></footer>
${help()}
<div id="announce" class="sr" role="status" aria-live="polite"></div>
</body>
</html>`;
}

/**
 * The element that holds the page's one stream. A first connection that fails is not tried again by htmx itself, hence
 * "every 1s", which does nothing while the stream stands.
 */
export function streamElement(address: string): Html {
  return html`<div id="stream" hidden hx-sse:connect="${address}" hx-trigger="load, every 1s" hx-target="#state" hx-swap="innerMorph"></div>`;
}

function top(section: Section | null, shell: Shell, live: boolean): Html {
  return html`<header class="top"><div class="top-in">
<a class="brand" href="/">${LOGO}Schemawatch</a>
<nav aria-label="Main">${SECTIONS.map((one) => html`<a href="${one.href}"${one.section === section && raw(' aria-current="page"')}>${one.name}</a>`)}</nav>
<div class="top-end">
<span id="conn" class="conn"${live && raw(" data-wanted")}></span>
<button type="button" class="btn ghost keys-button" data-help aria-label="Keyboard shortcuts" title="Keyboard shortcuts">${icon("keys")}</button>
<button type="button" class="btn ghost theme-button" data-theme-toggle aria-label="Theme: as the system" title="Theme">${icon("auto", "i-auto")}${icon("light", "i-light")}${icon("dark", "i-dark")}</button>
${shell.user !== null && html`<form method="post" action="/logout"><button class="btn ghost" aria-label="Log out ${shell.user}" title="Log out ${shell.user}">${icon("leave")}</button></form>`}
</div></div></header>`;
}

function help(): Html {
  return html`<dialog id="help" aria-labelledby="help-title"><div class="card-head"><h2 id="help-title">Keyboard shortcuts</h2><form method="dialog"><button class="btn small">Close</button></form></div><dl class="card-body keys">${KEYS.map(
    ([keys, what]) =>
      html`<div><dt>${what}</dt><dd>${keys.split(" ").map((key) => html`<kbd>${key}</kbd> `)}</dd></div>`,
  )}</dl></dialog>`;
}

const LOGO = raw(
  '<svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true"><rect class="logo-ground" width="32" height="32" rx="8"/><path d="M6.5 16c2.7-4.7 5.9-7 9.5-7s6.8 2.3 9.5 7c-2.7 4.7-5.9 7-9.5 7s-6.8-2.3-9.5-7Z" fill="none" stroke="#fff" stroke-width="2.2" stroke-linejoin="round"/><path d="M12.8 13.4h6.4M12.8 16h6.4M12.8 18.6h6.4" stroke="#fff" stroke-width="1.7" stroke-linecap="round"/></svg>',
);
