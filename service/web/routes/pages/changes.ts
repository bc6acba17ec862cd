import { Elysia } from "elysia";
import { listChanges, readChange } from "../../../store/read/changes.ts";
import { readRun } from "../../../store/read/runs.ts";
import type { WebContext } from "../../context.ts";
import { type Html, html } from "../../html.ts";
import { type ChangeModel, changeObjects, changeState } from "../../views/change.ts";
import { page } from "../../views/layout.ts";
import {
  changeKinds,
  changesHead,
  changesList,
  type ListFilter,
  listAddress,
  listFilterOf,
} from "../../views/lists.ts";
import { answer, idOf, shellOf } from "./answer.ts";
import { listPage } from "./list-page.ts";

const EVERY_MS = 250;
/** Objects of a page: a change of 10,000 has 200 pages of a bounded size each. */
const OBJECTS = 50;

/** `/changes` and `/changes/:id`. */
export function changeRoutes(context: WebContext) {
  const { store, clock } = context;

  const renderList = async (filter: ListFilter, cursor: string | null): Promise<Html> => {
    const { database, search, labels, compatibility, action } = filter;
    const changes = await listChanges(store, {
      database: database ?? undefined,
      search,
      labels,
      compatibility: compatibility ?? undefined,
      action: action ?? undefined,
      cursor: cursor ?? undefined,
    });
    return changesList(changes, filter, clock.now());
  };
  const readModel = async (id: number, limit: number, cursor?: string, first = 1): Promise<ChangeModel> => {
    const change = await readChange(store, id, { limit, cursor });
    return { change, first, run: change.runId === null ? null : await readRun(store, change.runId) };
  };

  return new Elysia({ name: "changes", normalize: false })
    .get("/changes", ({ request }) =>
      listPage(context, request, {
        title: "Changes",
        section: "changes",
        head: changesHead,
        kinds: changeKinds,
        list: renderList,
      }),
    )
    .get("/live/changes", ({ request }) => {
      const filter = listFilterOf(new URL(request.url).searchParams);
      return context.live.open(request, {
        key: listAddress("changes", filter),
        topics: ["home"],
        everyMs: EVERY_MS,
        render: async () => (await renderList(filter, null)).text,
      });
    })
    .get("/changes/:id", async ({ request, params, query }) => {
      const id = idOf(params.id, "change");
      const first = /^[1-9]\d{0,8}$/.test(query.first ?? "") ? Number(query.first) : 1;
      const model = await readModel(id, OBJECTS, query.cursor, first);
      return answer(
        request,
        page({
          title: `Change ${id} of ${model.change.database}`,
          section: "changes",
          shell: shellOf(context, request),
          now: clock.now(),
          content: changeState(model, clock.now()),
          foot: changeObjects(model),
          layout: "change-page",
          live: `/live/changes/${id}`,
        }),
      );
    })
    .get("/live/changes/:id", async ({ request, params }) => {
      const id = idOf(params.id, "change");
      const { change } = await readModel(id, 1);
      return context.live.open(request, {
        key: `change ${id}`,
        topics: [`database:${change.database}`],
        everyMs: EVERY_MS,
        render: async () => html`${changeState(await readModel(id, 1), clock.now())}`.text,
      });
    });
}
