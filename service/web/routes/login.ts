import { Elysia, t } from "elysia";
import type { Pages, WebContext } from "../context.ts";
import { setCookie } from "../session.ts";
import { LoginTries } from "../tries.ts";

const Login = t.Object(
  { token: t.String({ maxLength: 500 }), next: t.Optional(t.String({ maxLength: 2000 })) },
  { additionalProperties: false },
);

/** /login takes an access token and gives a session cookie, /logout takes it back. Where nobody needs to log in, both lead home. */
export function loginRoutes(context: WebContext, pages: Pages) {
  const { auth, clock, log } = context;
  const tries = new LoginTries(clock);

  return new Elysia({ name: "login", normalize: false })
    .get("/login", ({ query, set }) => {
      if (!auth.required) return redirect(set, "/");
      return pages.loginPage({ fault: null, next: safeNext(query.next) });
    })
    .post(
      "/login",
      async ({ body, request, server, set }) => {
        const next = safeNext(body.next);
        if (!auth.required) return redirect(set, next);
        const address = server?.requestIP(request)?.address ?? "unknown";
        const wait = tries.waitSeconds(address);
        if (wait > 0) {
          set.status = 429;
          set.headers["retry-after"] = String(wait);
          return pages.loginPage({ fault: `Too many wrong tokens. Try again in ${wait} seconds.`, next });
        }
        const cookie = await auth.logIn(body.token.trim());
        if (cookie === null) {
          tries.failed(address);
          log.warn({ address }, "login refused");
          set.status = 401;
          return pages.loginPage({ fault: "Nobody has this token.", next });
        }
        set.headers["set-cookie"] = setCookie(request, cookie);
        return redirect(set, next);
      },
      { body: Login },
    )
    .post("/logout", async ({ request, set }) => {
      await auth.logOut(request);
      set.headers["set-cookie"] = setCookie(request, null);
      return redirect(set, auth.required ? "/login" : "/");
    });
}

type Answer = { status?: number | string; headers: Record<string, string | number> };

/** 303: the browser asks for `to` with GET. */
function redirect(set: Answer, to: string): string {
  set.status = 303;
  set.headers.location = to;
  return "";
}

/** Where to go after the login: a path of this service, never another site. */
function safeNext(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])[^\s\\]*$/.test(next)) return "/";
  return next.startsWith("/login") || next.startsWith("/logout") ? "/" : next;
}
