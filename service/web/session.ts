import { randomBytes } from "node:crypto";

/** A session ends this long after its login, whatever is done in it. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

const NAME = "schemawatch_session";

/** A new cookie's value: 256 random bits. */
export function newCookie(): string {
  return randomBytes(32).toString("base64url");
}

/** The session cookie of a request, null when it has none. */
export function cookieOf(request: Request): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.split("=", 2);
    if (name?.trim() === NAME && value !== undefined) return value.trim();
  }
  return null;
}

/**
 * The Set-Cookie header that gives the browser its session, or with null takes it away. Lax, not Strict: a link to a run
 * in a message must open it; unsafe requests are checked for their origin besides.
 */
export function setCookie(request: Request, value: string | null): string {
  const life = value === null ? 0 : SESSION_MS / 1000;
  const secure = isHttps(request) ? "; Secure" : "";
  return `${NAME}=${value ?? ""}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${life}${secure}`;
}

/** Whether the browser speaks https, to this server or to the proxy before it. */
function isHttps(request: Request): boolean {
  return request.url.startsWith("https:") || request.headers.get("x-forwarded-proto") === "https";
}
