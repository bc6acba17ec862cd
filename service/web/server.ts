import { type AnyElysia, Elysia } from "elysia";
import type { Pages, WebContext } from "./context.ts";
import { bodyOf, type Failure, failureOf, type MethodsAt, report } from "./failure.ts";
import { Html } from "./html.ts";
import { isApi, pathOf } from "./path.ts";
import { apiRoutes } from "./routes/api/index.ts";
import { loginRoutes } from "./routes/login.ts";
import { opsRoutes } from "./routes/ops.ts";
import { checkAddress, checkHost, checkOrigin, checkSize, isUnsafe, SECURITY_HEADERS } from "./security.ts";

/**
 * The whole web role as one Elysia app, not yet listening. Every request passes the same checks before it is routed, and
 * every error is mapped in one place.
 */
export function createApp(context: WebContext, pages: Pages): AnyElysia {
  const { auth, config } = context;
  let methodsAt: MethodsAt | undefined;
  const app: AnyElysia = new Elysia({
    name: "schemawatch",
    normalize: false,
    // Else Elysia takes the path from a later slash when the Host header is short: not the path that was admitted.
    handler: { standardHostname: false },
  })
    .onStart(({ server }) => {
      if (server) context.streams.attach(server);
    })
    .mapResponse(({ response, set }) => {
      if (!(response instanceof Html)) return;
      const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
      return new Response(response.text, { status: Number(set.status ?? 200), headers });
    })
    .onRequest(async ({ request, set }) => {
      Object.assign(set.headers, SECURITY_HEADERS);
      if (!auth.required) checkHost(request, config.host);
      checkAddress(request);
      checkSize(request);
      if (isUnsafe(request)) checkOrigin(request);
      await auth.admit(request, pathOf(request));
    })
    .onError(({ code, error, request }) => {
      const path = pathOf(request);
      methodsAt ??= methodTable(app);
      const failure = failureOf(code, error, request, path, methodsAt);
      report(context, failure, request, path);
      return answer(context, pages, failure, request);
    })
    .use(opsRoutes(context, context.roles))
    .use(apiRoutes(context))
    .use(loginRoutes(context, pages))
    .use(pages.routes(context));
  return app;
}

/** A failure as JSON to programs, as a page to people. Whole in itself: what a route had set before it failed does not count. */
function answer(
  context: WebContext,
  pages: Pages,
  { error, status, headers }: Failure,
  request: Request,
): Response {
  const common = { ...SECURITY_HEADERS, ...headers, "cache-control": "no-store" };
  if (isApi(pathOf(request))) return Response.json(bodyOf(error), { status, headers: common });
  if (error.code === "unauthorized") return toLogin(request, common);
  const page = pages.errorPage(error, status, context.auth.principal(request));
  return new Response(page.text, {
    status,
    headers: { ...common, "content-type": "text/html; charset=utf-8" },
  });
}

/** Sends a person to the login page and back again afterwards; htmx is told by a header of its own, as it follows a redirect unseen. */
function toLogin(request: Request, common: Readonly<Record<string, string>>): Response {
  const partial = request.headers.has("hx-request");
  const here = partial
    ? (request.headers.get("hx-current-url") ?? "/")
    : request.method === "GET"
      ? request.url
      : "/";
  const { pathname, search } = URL.parse(here, request.url) ?? new URL("/", request.url);
  const login = `/login?next=${encodeURIComponent(pathname + search)}`;
  return partial
    ? new Response(null, { status: 401, headers: { ...common, "hx-redirect": login } })
    : new Response(null, { status: 303, headers: { ...common, location: login } });
}

/** Which methods are routed at a path. */
function methodTable(app: AnyElysia): MethodsAt {
  const routes = app.routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:[^/]+/g, "[^/]+")}$`),
  }));
  return (path) => [
    ...new Set(routes.filter((route) => route.pattern.test(path)).map((route) => route.method)),
  ];
}
