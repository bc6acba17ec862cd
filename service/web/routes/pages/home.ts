import { Elysia } from "elysia";
import { listChanges } from "../../../store/read/changes.ts";
import { listDatabases } from "../../../store/read/databases.ts";
import { readLabelKeys } from "../../../store/read/label-keys.ts";
import { listRuns } from "../../../store/read/runs.ts";
import { readTotals } from "../../../store/read/totals.ts";
import type { WebContext } from "../../context.ts";
import { html, raw } from "../../html.ts";
import { addressOf, type Chosen, chosenOf, isNarrowed } from "../../views/chosen.ts";
import { findForm } from "../../views/fleet.ts";
import { type HomeModel, homeView, isFleet } from "../../views/home.ts";
import { page, streamElement } from "../../views/layout.ts";
import { answer, goTo, isPartial, mayOperate, shellOf } from "./answer.ts";
import { hasEmpty, historyHeader } from "./filter.ts";

/** Tiles of one page; more databases than that have a page after it. Full rows of 2, 3 or 4. */
const TILES = 24;
const LATEST = 8;
/** Two renderings of the busiest page are this far apart at least; of one of the many choices that only few read, this. */
const EVERY_MS = 250;
const CHOICE_EVERY_MS = 1000;
/** How old the times of the last readings of the gate may look. */
const REFRESH_MS = 5000;

/** Reads an answer of the store, or takes over one that another view has just read. */
type Read = <T>(key: string, load: () => Promise<T>) => Promise<T>;

/** `/`: all databases at a glance, or those that its address chooses, with the latest changes and runs. */
export function homeRoutes(context: WebContext) {
  const { store, clock, hub } = context;

  const readModel = async (
    chosen: Chosen,
    cursor: string | null,
    operator: boolean,
    read: Read,
  ): Promise<HomeModel> => {
    const { labels, search, state, status, run } = chosen;
    const filter = {
      search,
      labels,
      state: state ?? undefined,
      status: status ?? undefined,
      run: run ?? undefined,
    };
    const address = addressOf("/", chosen);
    const withLatest = cursor === null && !isNarrowed({ ...chosen, labels: [] });
    const [totals, databases, changes, runs] = await Promise.all([
      read(`totals ${address}`, () => readTotals(store, filter)),
      read(`databases ${cursor} ${address}`, () =>
        listDatabases(store, { ...filter, attention: true, limit: TILES, cursor: cursor ?? undefined }),
      ),
      withLatest ? read(`changes ${address}`, () => listChanges(store, { labels, limit: LATEST })) : null,
      withLatest ? read(`runs ${address}`, () => listRuns(store, { labels, limit: LATEST })) : null,
    ]);
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    return {
      totals,
      chosen,
      // All of a few are shown: each keeps its place whatever befalls it.
      databases: isFleet({ totals, chosen }) ? databases.items : databases.items.toSorted(byName),
      next: databases.nextCursor === null ? null : addressOf("/", chosen, { cursor: databases.nextCursor }),
      first: cursor === null ? null : address,
      mayOperate: operator,
      latest: changes === null || runs === null ? null : { changes: changes.items, runs: runs.items },
    };
  };
  const readNow: Read = (_key, load) => load();

  return new Elysia({ name: "home", normalize: false })
    .get("/", async ({ request }) => {
      const query = new URL(request.url).searchParams;
      const chosen = chosenOf(query);
      const cursor = query.get("cursor");
      if (!isPartial(request) && hasEmpty(query)) return goTo(addressOf("/", chosen));
      const [model, keys] = await Promise.all([
        readModel(chosen, cursor, mayOperate(context, request), readNow),
        readLabelKeys(store),
      ]);
      const { state, status, run } = chosen;
      const content = raw(homeView(model, clock.now()).text);
      const live = addressOf("/live/home", chosen, { cursor });
      if (isPartial(request)) {
        return answer(
          request,
          html`<hx-partial hx-target="#stream" hx-swap="outerHTML">${streamElement(live)}</hx-partial>${content}`,
          historyHeader(request, addressOf("/", chosen)),
        );
      }
      return answer(
        request,
        page({
          title: "Databases",
          section: "databases",
          shell: shellOf(context, request),
          now: clock.now(),
          head:
            isFleet(model) &&
            html`<div class="page-head"><h1>Databases</h1>${findForm("/", chosen, keys, { kept: { state, status, run }, more: null })}</div>`,
          content,
          live,
        }),
      );
    })
    .get("/live/home", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const [chosen, cursor, operator] = [chosenOf(query), query.get("cursor"), mayOperate(context, request)];
      return context.live.open(request, {
        key: `home ${addressOf("/", chosen, { cursor })} ${operator}`,
        topics: ["home"],
        everyMs: cursor === null && !isNarrowed(chosen) ? EVERY_MS : CHOICE_EVERY_MS,
        refreshMs: REFRESH_MS,
        render: async () =>
          homeView(
            await readModel(chosen, cursor, operator, (key, load) => hub.shared.read(`home ${key}`, load)),
            clock.now(),
          ),
      });
    });
}
