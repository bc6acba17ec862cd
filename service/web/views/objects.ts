import type { ListedObject, Page } from "../../store/models.ts";
import { type Html, html } from "../html.ts";
import { plural } from "./format.ts";
import { crumbs, databaseHref, emptyState } from "./parts.ts";

export interface ObjectsModel {
  readonly database: string;
  /** Of the whole snapshot; null before the first look. */
  readonly total: number | null;
  readonly search: string;
  readonly page: Page<ListedObject>;
  /** Whether this is a page behind the first. */
  readonly later: boolean;
}

/** The objects of a database's current snapshot, a page of them, with a search by name. */
export function objectsView({ database, total, search, page, later }: ObjectsModel): Html {
  const path = `${databaseHref(database)}/objects`;
  const words = search === "" ? {} : { search };
  const first = new URLSearchParams(words).toString();
  const next = new URLSearchParams({ ...words, cursor: page.nextCursor ?? "" }).toString();
  return html`<div class="page-head"><div>${crumbs([
    { name: "Databases", href: "/" },
    { name: database, href: databaseHref(database) },
  ])}<div class="title"><h1>Objects</h1>${total !== null && html`<span class="count">${plural(total, "object")}</span>`}</div></div>
<form method="get" action="${path}" class="actions"><label class="sr" for="search">Name</label><input class="field" type="search" id="search" name="search" value="${search}" placeholder="part of a name"><button class="btn">Find</button></form></div>
<section class="card" aria-label="Objects">${
    page.items.length === 0
      ? emptyState("No object fits", html`<p><a href="${path}">Show all objects</a></p>`)
      : html`<ol class="feed">${page.items.map(
          (one) =>
            html`<li><span></span><div><code>${one.identity}</code></div><div class="side">${one.kind}</div></li>`,
        )}</ol>`
  }${
    (later || page.nextCursor !== null) &&
    html`<nav class="pager" aria-label="Pages"><span>${later && html`<a class="btn" href="${path}${first !== "" && `?${first}`}">First page</a>`}</span>${page.nextCursor !== null && html`<a class="btn" rel="next" href="${path}?${next}">Next page</a>`}</nav>`
  }</section>`;
}
