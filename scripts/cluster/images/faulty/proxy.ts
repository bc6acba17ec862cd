// Runs the service behind a proxy on PORT that breaks some of its answers, as FAULT says: never-ready (/readyz says 503)
// or failing (well by its probes, but every second page is a 500).
const FAULT = process.env.FAULT;
const INNER_PORT = "18080";
const PROBES = ["/healthz", "/readyz", "/metrics"];

const service = Bun.spawn([process.execPath], {
  env: { ...process.env, BUN_BE_BUN: undefined, HOST: "127.0.0.1", PORT: INNER_PORT },
  stdio: ["ignore", "inherit", "inherit"],
});
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => service.kill(signal));

let pages = 0;
Bun.serve({
  hostname: "0.0.0.0",
  port: Number(process.env.PORT),
  // Live pages are quiet for longer than the default.
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/readyz" && FAULT === "never-ready") return new Response("never", { status: 503 });
    if (FAULT === "failing" && !PROBES.includes(pathname) && ++pages % 2 === 0) {
      return new Response("This release fails.", { status: 500 });
    }
    const url = `http://127.0.0.1:${INNER_PORT}${pathname}${search}`;
    const { method, headers, body } = request;
    return fetch(url, { method, headers, body, redirect: "manual" }).catch(
      () => new Response("The service does not answer.", { status: 502 }),
    );
  },
});
process.exit(await service.exited);
