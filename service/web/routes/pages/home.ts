import { Elysia } from "elysia";
import { listChanges } from "../../../store/read/changes.ts";
import { listDatabases, readTotals } from "../../../store/read/databases.ts";
import { listRuns } from "../../../store/read/runs.ts";
import type { WebContext } from "../../context.ts";
import type { Html } from "../../html.ts";
import { homeView } from "../../views/home.ts";
import { page } from "../../views/layout.ts";
import { answer, mayOperate, shellOf } from "./answer.ts";

/** Tiles of one page; more databases than that have a page after it. */
const TILES = 60;
const LATEST = 8;
/** Two renderings of the busiest page are this far apart at least. */
const EVERY_MS = 250;
/** How old the times of the last readings of the gate may look. */
const REFRESH_MS = 5000;

/** `/`: all databases at a glance, with the latest changes and runs. */
export function homeRoutes(context: WebContext) {
  const { store, clock } = context;

  const render = async (cursor: string | undefined, operator: boolean): Promise<Html> => {
    const [totals, databases, changes, runs] = await Promise.all([
      readTotals(store),
      listDatabases(store, { limit: TILES, cursor }),
      listChanges(store, { limit: LATEST }),
      listRuns(store, { limit: LATEST }),
    ]);
    const more =
      databases.nextCursor === null ? null : `/?cursor=${encodeURIComponent(databases.nextCursor)}`;
    return homeView(
      {
        totals,
        databases: databases.items,
        more,
        changes: changes.items,
        runs: runs.items,
        mayOperate: operator,
      },
      clock.now(),
    );
  };

  return new Elysia({ name: "home", normalize: false })
    .get("/", async ({ request, query }) =>
      answer(
        request,
        page({
          title: "Databases",
          section: "databases",
          shell: shellOf(context, request),
          now: clock.now(),
          content: await render(query.cursor, mayOperate(context, request)),
          live:
            query.cursor === undefined
              ? "/live/home"
              : `/live/home?cursor=${encodeURIComponent(query.cursor)}`,
        }),
      ),
    )
    .get("/live/home", ({ request, query }) => {
      const operator = mayOperate(context, request);
      return context.live.open(request, {
        key: `home ${query.cursor ?? ""} ${operator}`,
        topics: ["home"],
        everyMs: EVERY_MS,
        refreshMs: REFRESH_MS,
        render: async () => (await render(query.cursor, operator)).text,
      });
    });
}
