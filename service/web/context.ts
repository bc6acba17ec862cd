import type { AnyElysia } from "elysia";
import type { AppError } from "../errors.ts";
import type { RoleContext, RunningRole } from "../roles.ts";
import { Auth, type Principal } from "./auth.ts";
import type { Html } from "./html.ts";
import { Hub } from "./hub.ts";
import { LiveViews } from "./live.ts";
import { Streams } from "./sse.ts";

/** What every route is given. */
export interface WebContext extends RoleContext {
  readonly auth: Auth;
  readonly streams: Streams;
  readonly hub: Hub;
  readonly live: LiveViews;
  /** The roles of this process, for /readyz. */
  readonly roles: () => readonly RunningRole[];
}

/** What the pages give to the server: plugged in by start.ts, so that the server knows no page. */
export interface Pages {
  /** The pages and their assets (below /assets/, which anyone may read). */
  routes(context: WebContext): AnyElysia;
  /** A whole page that tells a person what went wrong and what to do next. `principal` is null for a stranger. */
  errorPage(error: AppError, status: number, principal: Principal | null): Html;
  /** The form that posts `token` and `next` to /login; `fault` is why the last try failed. */
  loginPage(view: { readonly fault: string | null; readonly next: string }): Html;
}

/** What the routes are given, made of what the role is given. */
export function createWebContext(context: RoleContext, roles: () => readonly RunningRole[]): WebContext {
  const { store, clock, log, metrics, config, events } = context;
  const auth = new Auth({ store, authFile: config.authFile, clock });
  const streams = new Streams({ clock, log, metrics, mayStay: (request) => auth.isKnown(request) });
  const hub = new Hub(events, clock);
  return {
    ...context,
    auth,
    streams,
    hub,
    live: new LiveViews(hub, streams, log),
    roles,
  };
}
