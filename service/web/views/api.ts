import { type Html, html } from "../html.ts";
import { codeBlock } from "./parts.ts";

interface Example {
  readonly title: string;
  readonly text: string;
  readonly curl: (base: string, bearer: string, database: string) => string;
}

const EXAMPLES: readonly Example[] = [
  {
    title: "The databases and how they stand",
    text: "Status, last look, last change and drift of each.",
    curl: (base, bearer) => `curl -s${bearer} ${base}/api/v1/databases`,
  },
  {
    title: "Some of the databases",
    text: "By name (search), labels (label, as often as needed), state, status and newest run (run); lists of changes and runs take search and label, too.",
    curl: (base, bearer) => `curl -s${bearer} '${base}/api/v1/databases?label=team:payments&status=drifted'`,
  },
  {
    title: "Look now, and process what is found",
    text: "Answers 202 with the run's id at once. The same Idempotency-Key is the same run, however often it is sent.",
    curl: (base, bearer, database) =>
      `curl -s -X POST${bearer} -H 'Idempotency-Key: deploy-4711' \\\n  ${base}/api/v1/databases/${database}/runs`,
  },
  {
    title: "Follow a run live",
    text: "Server-sent events, each with its number. A reader that was cut off goes on where it was by Last-Event-ID; the event “end” closes it.",
    curl: (base, bearer) => `curl -sN${bearer} ${base}/api/v1/runs/1/events`,
  },
  {
    title: "A run with its report",
    text: "Steps, times and the report as Markdown and HTML.",
    curl: (base, bearer) => `curl -s${bearer} ${base}/api/v1/runs/1`,
  },
  {
    title: "Breaking changes only",
    text: "Lists are paged: nextCursor of a page goes into cursor of the next.",
    curl: (base, bearer) => `curl -s${bearer} '${base}/api/v1/changes?compatibility=breaking&limit=20'`,
  },
];

/** The API for people: what to type, with a database of theirs, and where the full description is. */
export function apiView(base: string, withTokens: boolean, database: string): Html {
  const bearer = withTokens ? ` -H "Authorization: Bearer $TOKEN"` : "";
  return html`<div class="page-head"><div><h1>API</h1><p class="lead">JSON over HTTP, in the words of these pages.</p></div><div class="actions"><a class="btn" href="/api/v1/openapi.json">OpenAPI document</a></div></div>
<div class="columns wide-left"><div class="stack">${EXAMPLES.map(
    (example, index) =>
      html`<section class="card" aria-labelledby="example-${index}"><div class="card-body stack-s"><h2 id="example-${index}">${example.title}</h2><p class="soft">${example.text}</p>${codeBlock(example.curl(base, bearer, database), example.title.toLowerCase())}</div></section>`,
  )}</div>
<div class="stack"><section class="card" aria-labelledby="rules"><div class="card-head"><h2 id="rules">Rules of the road</h2></div><dl class="facts">
<div><dt>Who may</dt><dd>${withTokens ? html`A token as bearer. Viewers read; operators also trigger, cancel and re-run.` : html`Everyone on this machine: it serves loopback only. Tokens come with <code>AUTH_FILE</code>.`}</dd></div>
<div><dt>Times</dt><dd>ISO 8601, UTC.</dd></div>
<div><dt>Errors</dt><dd><code>{"error":{"code","message","mend"}}</code> with a fitting status.</dd></div>
<div><dt>Health</dt><dd><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a></dd></div></dl></section></div></div>`;
}
