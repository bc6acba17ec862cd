import { AppError } from "../../../errors.ts";
import { encodingOf } from "../../assets/index.ts";
import type { WebContext } from "../../context.ts";
import type { Html } from "../../html.ts";
import type { Shell } from "../../views/layout.ts";

/** Below this many bytes a compressed answer is not worth its headers. */
const WORTH_COMPRESSING = 1400;

/** A page or a part of one, compressed where the client takes it. Nothing of it may be kept: it shows a state. */
export function answer(request: Request, markup: Html, headers: Record<string, string> = {}): Response {
  const all: Record<string, string> = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    vary: "accept-encoding, hx-request",
    ...headers,
  };
  const content = new TextEncoder().encode(markup.text);
  // Level 6 costs 0.3 ms for a page of 50 KB; brotli at the same speed is no smaller.
  if (
    content.length < WORTH_COMPRESSING ||
    encodingOf(request.headers.get("accept-encoding") ?? "") === "identity"
  ) {
    return new Response(content, { headers: all });
  }
  return new Response(Bun.gzipSync(content, { level: 6 }), {
    headers: { ...all, "content-encoding": "gzip" },
  });
}

/** Sends the browser on with GET after a form. */
export function goTo(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path } });
}

/** Whether htmx asks, who wants a part, and not a browser that wants a page. */
export function isPartial(request: Request): boolean {
  return request.headers.has("hx-request");
}

/** What the frame around every page shows. */
export function shellOf({ auth, watchList }: WebContext, request: Request): Shell {
  return { user: auth.principal(request)?.name ?? null, fault: watchList.fault() };
}

/** Whether who asks may trigger, cancel and re-run; the server refuses it to others whatever the page shows. */
export function mayOperate({ auth }: WebContext, request: Request): boolean {
  return auth.principal(request)?.role === "operator";
}

/** The number of an address such as /runs/12; AppError "not_found" for what cannot be one. */
export function idOf(text: string, what: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new AppError("not_found", `There is no ${what} "${text}".`, {
    mend: `The list of ${what}s has all of them.`,
  });
}
