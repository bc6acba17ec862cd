import { createServer } from "node:net";

/** True when nothing listens on that loopback port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * Where free ports are looked for: below the ports that systems lend to outgoing connections (from 32768 on Linux,
 * net.ipv4.ip_local_port_range; from 49152 on macOS), one of which may come between the look and the use.
 */
const RANGE = { from: 20_000, to: 32_768 } as const;
const TRIES = 100;

/** A loopback port that was free a moment ago. */
export function freePort(): number {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from));
    if (takes(port) === port) return port;
  }
  return takes(0) ?? 0;
}

/** The port that could be listened on, any free one for 0; undefined when it is in use. */
function takes(port: number): number | undefined {
  try {
    const listener = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    listener.stop(true);
    return listener.port;
  } catch {
    return undefined;
  }
}
