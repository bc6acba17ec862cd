/** The path of a request exactly as the router takes it from the URL (server.ts), so that what is checked is what is served. */
export function pathOf(request: Request): string {
  const { url } = request;
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}

/** Whether a path is the API's: its errors are JSON, others are pages. */
export function isApi(path: string): boolean {
  return path.startsWith("/api/v1/") || path === "/api/v1";
}
