import { Elysia, t } from "elysia";
import { AppError } from "../../../errors.ts";
import { listChanges } from "../../../store/read/changes.ts";
import { readDatabase } from "../../../store/read/databases.ts";
import { listObjects } from "../../../store/read/objects.ts";
import { listRuns } from "../../../store/read/runs.ts";
import { requestRun } from "../../../store/runs.ts";
import { applyToSample } from "../../actions.ts";
import type { WebContext } from "../../context.ts";
import { html } from "../../html.ts";
import { type DatabaseModel, databaseHead, databaseView, driftView } from "../../views/database.ts";
import { page, streamElement } from "../../views/layout.ts";
import { objectsView } from "../../views/objects.ts";
import { databaseHref } from "../../views/parts.ts";
import { answer, goTo, idOf, isPartial, mayOperate, shellOf } from "./answer.ts";
import { readRunModel } from "./runs.ts";

const TIMELINE = 20;
/** Objects of a page of the snapshot's list. */
const OBJECTS = 100;
/** A run has a handful of steps of milliseconds each: often enough to see them, seldom enough to be cheap. */
const EVERY_MS = 60;
/** How old the time of the last reading of the gate may look. */
const REFRESH_MS = 5000;

const Trigger = t.Object(
  // As the API's Idempotency-Key: a NUL, above all, is no text that PostgreSQL could keep.
  { key: t.Optional(t.String({ minLength: 1, maxLength: 200, pattern: "^[\\x20-\\x7e]+$" })) },
  { additionalProperties: false },
);

/** `/databases/:name` with its trigger and, for the sample, its changes. */
export function databaseRoutes(context: WebContext) {
  const { store, clock } = context;

  /** `pinned` is the run that this reader asked for; without one the newest is shown. */
  const readModel = async (name: string, pinned: number | null): Promise<DatabaseModel> => {
    const [database, changes, newest] = await Promise.all([
      readDatabase(store, name),
      listChanges(store, { database: name, limit: TIMELINE }),
      pinned === null ? listRuns(store, { database: name, limit: 1 }) : null,
    ]);
    const id = pinned ?? newest?.items[0]?.id ?? null;
    const run = id === null ? null : await readRunModel(store, id);
    if (run !== null && run.run.database !== name) {
      throw new AppError("not_found", `Run ${id} is not one of "${name}".`, { mend: `Open /runs/${id}.` });
    }
    return { database, changes, run };
  };
  const render = async (name: string, pinned: number | null, operator: boolean) =>
    databaseView(await readModel(name, pinned), operator, clock.now());

  return new Elysia({ name: "databases", normalize: false })
    .get("/databases/:name", async ({ request, params, query }) => {
      const pinned = query.run === undefined ? null : idOf(query.run, "run");
      const operator = mayOperate(context, request);
      const model = await readModel(params.name, pinned);
      const { name, sample } = model.database;
      return answer(
        request,
        page({
          title: name,
          section: "databases",
          shell: shellOf(context, request),
          now: clock.now(),
          head: databaseHead({ name, sample, mayOperate: operator, idempotencyKey: crypto.randomUUID() }),
          content: databaseView(model, operator, clock.now()),
          live: liveAddress(name, pinned),
        }),
      );
    })
    .get("/databases/:name/drift", async ({ request, params }) =>
      answer(
        request,
        page({
          title: `Drift of ${params.name}`,
          section: "databases",
          shell: shellOf(context, request),
          now: clock.now(),
          content: driftView(await readDatabase(store, params.name)),
          live: null,
        }),
      ),
    )
    .get("/databases/:name/objects", async ({ request, params, query }) => {
      const search = (query.search ?? "").slice(0, 200);
      const [database, objects] = await Promise.all([
        readDatabase(store, params.name),
        listObjects(store, { database: params.name, search, limit: OBJECTS, cursor: query.cursor }),
      ]);
      const total = database.snapshot?.objects ?? null;
      const later = query.cursor !== undefined;
      return answer(
        request,
        page({
          title: `Objects of ${params.name}`,
          section: "databases",
          shell: shellOf(context, request),
          now: clock.now(),
          content: objectsView({ database: params.name, total, search, page: objects, later }),
          live: null,
        }),
      );
    })
    .get("/live/databases/:name", async ({ request, params, query }) => {
      const pinned = query.run === undefined ? null : idOf(query.run, "run");
      const operator = mayOperate(context, request);
      return context.live.open(request, {
        key: `database ${params.name} ${pinned} ${operator}`,
        topics: [`database:${params.name}`],
        everyMs: EVERY_MS,
        refreshMs: REFRESH_MS,
        render: async () => (await render(params.name, pinned, operator)).text,
      });
    })
    .post(
      "/databases/:name/trigger",
      async ({ request, params, body }) => {
        const { name } = params;
        const { id } = await requestRun(store, {
          database: name,
          idempotencyKey: body.key,
          requestedBy: context.auth.principal(request)?.name ?? undefined,
        });
        const here = `${databaseHref(name)}?run=${id}`;
        if (!isPartial(request)) return goTo(here);
        // The page follows this run from now on: its stream is another one.
        return answer(
          request,
          html`<hx-partial hx-target="#stream" hx-swap="outerHTML">${streamElement(liveAddress(name, Number(id)))}</hx-partial>${await render(name, Number(id), true)}`,
          { "hx-replace-url": here },
        );
      },
      { body: Trigger },
    )
    .post("/databases/:name/sample-change", async ({ request, params }) => {
      const applied = await applyToSample(context, params.name);
      if (!isPartial(request)) return goTo(databaseHref(params.name));
      const told = html`${applied.title}: <code>${applied.statement}</code>`;
      // On the database's page the newest run is followed again: the one of this change.
      if (request.headers.get("hx-target") !== "p#sample-note") return answer(request, told);
      return answer(
        request,
        html`<hx-partial hx-target="#stream" hx-swap="outerHTML">${streamElement(liveAddress(params.name, null))}</hx-partial>${told}`,
        { "hx-replace-url": databaseHref(params.name) },
      );
    });
}

function liveAddress(name: string, run: number | null): string {
  return `/live${databaseHref(name)}${run === null ? "" : `?run=${run}`}`;
}
