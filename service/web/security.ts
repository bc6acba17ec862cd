import { isLoopback } from "../config/config.ts";
import { AppError } from "../errors.ts";

/** Sent with every answer. No inline script or style, nothing from elsewhere, in nobody's frame. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};

/** Bytes that a request's body may have: every form and API body here is far smaller. */
const MAX_BODY = 64 * 1024;

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a request may change something. */
export function isUnsafe(request: Request): boolean {
  return !SAFE_METHODS.has(request.method);
}

/** AppError "invalid" for an address that holds a NUL, which no text in PostgreSQL can: nothing is named by it. */
export function checkAddress(request: Request): void {
  if (!request.url.includes("%00")) return;
  throw new AppError("invalid", "The address holds a NUL character.", { mend: "Leave %00 out of it." });
}

/** AppError "too_large" for a body that says it is larger than MAX_BODY. One that does not say is cut off by the server. */
export function checkSize(request: Request): void {
  if (Number(request.headers.get("content-length") ?? 0) <= MAX_BODY) return;
  throw new AppError("too_large", `The request's body is larger than ${MAX_BODY / 1024} KiB.`, {
    mend: "Send less: no request of this service needs as much.",
  });
}

/**
 * AppError "forbidden" for an unsafe request that another site's page made. Browsers say where a request comes from by
 * Sec-Fetch-Site (W3C Fetch Metadata), older ones by Origin (RFC 6454); programs send neither, but no cookie either.
 */
export function checkOrigin(request: Request): void {
  const { headers } = request;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site !== null) {
    if (site === "same-origin") return;
  } else if (origin !== null) {
    if (hostOf(origin) === headers.get("host")) return;
  } else if (!headers.has("cookie")) {
    return;
  }
  throw new AppError("forbidden", "The request comes from another site.", {
    mend: "Use the page of this service itself, or a program with a bearer token.",
  });
}

/**
 * AppError "forbidden" when the Host header names neither this machine nor the configured host. Where everyone on the
 * machine may come in, another site must not reach the service by a name of its own (DNS rebinding).
 */
export function checkHost(request: Request, configured: string): void {
  const name = nameOf(request.headers.get("host") ?? "");
  if (isLoopback(name) || name.endsWith(".localhost") || name === configured) return;
  throw new AppError("forbidden", `The host "${name}" is not this service.`, {
    mend: "Open it as http://localhost, or set AUTH_FILE to let people in by other names.",
  });
}

/** `host:port` of an origin; the default port left out, as in a Host header. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

/** A Host header without its port and brackets. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1");
}
