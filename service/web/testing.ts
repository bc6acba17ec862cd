import { Elysia } from "elysia";
import { systemClock } from "../clock.ts";
import type { Config, WatchedDatabase } from "../config/types.ts";
import { createMetrics } from "../metrics.ts";
import type { RoleContext } from "../roles.ts";
import { listenToStore } from "../store/events.ts";
import { type TestDatabase, testDatabase } from "../testing/postgres.ts";
import { memoryLog, testConfig, testWatchList } from "../testing/role.ts";
import { createWebContext, type Pages, type WebContext } from "./context.ts";
import { html } from "./html.ts";
import { listen } from "./listen.ts";
import { createApp } from "./server.ts";

/** The web role on a store of its own, reached through real HTTP. */
export interface TestWeb {
  readonly url: string;
  readonly store: TestDatabase;
  readonly context: WebContext;
  readonly logged: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export interface TestWebOptions {
  readonly config?: Partial<Config>;
  readonly watched?: readonly WatchedDatabase[];
  readonly pages?: Pages;
  /** A store to share with another web process; without it one of its own. */
  readonly store?: TestDatabase;
}

/** Starts it on a free port; `stop` also drops its store, unless that was given. */
export async function testWeb(options: TestWebOptions = {}): Promise<TestWeb> {
  const store = options.store ?? (await testDatabase({ template: "store" }));
  const logged: string[] = [];
  const role = await roleContext(store, options, logged);
  const context = createWebContext(role, () => []);
  const { port, stop } = listen(createApp(context, options.pages ?? bare), "127.0.0.1", 0);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    store,
    context,
    logged,
    fetch: (path, init) => fetch(`${url}${path}`, { redirect: "manual", ...init }),
    async stop() {
      context.hub.close();
      context.streams.closeAll();
      await stop(1000);
      await role.events.close();
      if (options.store === undefined) await store.drop();
    },
  };
}

/** What main.ts would give the role, with a store of the test's own. */
export async function roleContext(
  store: TestDatabase,
  options: TestWebOptions,
  logged: string[] = [],
): Promise<RoleContext> {
  return {
    config: testConfig("web", { portNamed: true, ...options.config }),
    clock: systemClock,
    log: memoryLog(logged),
    metrics: createMetrics(),
    store: store.db,
    events: await listenToStore(store.db),
    watchList: testWatchList(options.watched),
  };
}

/** Pages that show only what they are given: the real ones have tests of their own. */
const bare: Pages = {
  routes: () => new Elysia().get("/", ({ request }) => html`home of ${request.method}`),
  errorPage: (error, status, principal) =>
    html`<h1>${status} ${error.message}</h1><p>${error.mend}</p><p>${principal?.name}</p>`,
  loginPage: ({ fault, next }) =>
    html`<form action="/login">${fault}<input name="next" value="${next}"></form>`,
};
