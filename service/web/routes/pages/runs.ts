import { Elysia } from "elysia";
import { AppError } from "../../../errors.ts";
import type { Database } from "../../../postgres/types.ts";
import { listRuns, readRun, readRunEvents } from "../../../store/read/runs.ts";
import { cancelRun, rerun } from "../../../store/runs.ts";
import type { WebContext } from "../../context.ts";
import type { Html } from "../../html.ts";
import { page } from "../../views/layout.ts";
import {
  type ListFilter,
  listAddress,
  listFilterOf,
  runKinds,
  runsHead,
  runsList,
} from "../../views/lists.ts";
import { type RunModel, runView } from "../../views/run.ts";
import { answer, goTo, idOf, isPartial, mayOperate, shellOf } from "./answer.ts";
import { listPage } from "./list-page.ts";

/** Log lines shown; the API's stream has all of them. */
const MAX_LINES = 300;
const LIST_EVERY_MS = 250;
const RUN_EVERY_MS = 60;

/** A run with the end of its log. AppError "not_found" for an id nobody knows. */
export async function readRunModel(store: Database, id: number): Promise<RunModel> {
  const [run, log] = await Promise.all([readRun(store, id), readRunEvents(store, id, 0, MAX_LINES)]);
  if (log.lastSeq <= MAX_LINES) return { run, events: log.events, earlier: 0 };
  const earlier = log.lastSeq - MAX_LINES;
  return { run, events: (await readRunEvents(store, id, earlier, MAX_LINES)).events, earlier };
}

/** `/runs`, `/runs/:id`, and what can be done with a run. */
export function runRoutes(context: WebContext) {
  const { store, clock } = context;

  const renderList = async (filter: ListFilter, cursor: string | null): Promise<Html> => {
    const { database, search, labels, state } = filter;
    const runs = await listRuns(store, {
      database: database ?? undefined,
      search,
      labels,
      state: state ?? undefined,
      cursor: cursor ?? undefined,
    });
    return runsList(runs, filter, clock.now());
  };
  const renderRun = async (id: number, operator: boolean) =>
    runView(await readRunModel(store, id), operator, clock.now());

  return new Elysia({ name: "runs", normalize: false })
    .get("/runs", ({ request }) =>
      listPage(context, request, {
        title: "Runs",
        section: "runs",
        head: runsHead,
        kinds: runKinds,
        list: renderList,
      }),
    )
    .get("/live/runs", ({ request }) => {
      const filter = listFilterOf(new URL(request.url).searchParams);
      return context.live.open(request, {
        key: listAddress("runs", filter),
        topics: ["home"],
        everyMs: LIST_EVERY_MS,
        render: async () => (await renderList(filter, null)).text,
      });
    })
    .get("/runs/:id", async ({ request, params }) => {
      const id = idOf(params.id, "run");
      return answer(
        request,
        page({
          title: `Run ${id}`,
          section: "runs",
          shell: shellOf(context, request),
          now: clock.now(),
          content: await renderRun(id, mayOperate(context, request)),
          live: `/live/runs/${id}`,
        }),
      );
    })
    .get("/live/runs/:id", ({ request, params }) => {
      const id = idOf(params.id, "run");
      const operator = mayOperate(context, request);
      return context.live.open(request, {
        key: `run ${id} ${operator}`,
        topics: [`run:${id}`],
        everyMs: RUN_EVERY_MS,
        render: async () => (await renderRun(id, operator)).text,
      });
    })
    .post("/runs/:id/cancel", async ({ request, params }) => {
      const id = idOf(params.id, "run");
      await cancelRun(store, String(id)).catch((error: unknown) => {
        // Who pressed as the run ended sees its end.
        if (!(error instanceof AppError && error.code === "conflict")) throw error;
      });
      return isPartial(request) ? new Response(null, { status: 204 }) : goTo(`/runs/${id}`);
    })
    .post("/runs/:id/rerun", async ({ request, params }) => {
      const made = await rerun(
        store,
        String(idOf(params.id, "run")),
        context.auth.principal(request)?.name ?? undefined,
      );
      return goTo(`/runs/${made.id}`);
    });
}
