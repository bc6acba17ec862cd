import type { WebContext } from "../../context.ts";
import { type Html, html } from "../../html.ts";
import { page, streamElement } from "../../views/layout.ts";
import { type ListFilter, listAddress, listFilterOf, type Narrowing } from "../../views/lists.ts";
import { answer, goTo, isPartial, shellOf } from "./answer.ts";
import { hasEmpty, historyHeader, readNarrowing } from "./filter.ts";

interface List {
  readonly title: string;
  readonly section: "changes" | "runs";
  readonly head: (filter: ListFilter, narrowing: Narrowing) => Html;
  /** The words above the list, which lead on from what is chosen. */
  readonly kinds: (filter: ListFilter) => Html;
  /** A page of it. */
  readonly list: (filter: ListFilter, cursor: string | null) => Promise<Html>;
}

/** The page of a list as its address chooses; for its form in place, only what follows from it. */
export async function listPage(context: WebContext, request: Request, list: List): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const filter = listFilterOf(query);
  const cursor = query.get("cursor");
  const path = `/${list.section}`;
  if (isPartial(request)) {
    return answer(
      request,
      html`<hx-partial hx-target="#stream" hx-swap="outerHTML">${streamElement(listAddress(`/live${path}`, filter))}</hx-partial><hx-partial hx-target="#kinds" hx-swap="outerMorph">${list.kinds(filter)}</hx-partial>${await list.list(filter, null)}`,
      historyHeader(request, listAddress(path, filter)),
    );
  }
  if (hasEmpty(query)) return goTo(listAddress(path, filter));
  const [content, narrowing] = await Promise.all([list.list(filter, cursor), readNarrowing(context.store)]);
  return answer(
    request,
    page({
      title: list.title,
      section: list.section,
      shell: shellOf(context, request),
      now: context.clock.now(),
      head: list.head(filter, narrowing),
      content,
      live: cursor === null ? listAddress(`/live${path}`, filter) : null,
    }),
  );
}
