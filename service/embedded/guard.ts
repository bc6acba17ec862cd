import type { Logger } from "../log.ts";
import { isAlive } from "./process.ts";
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from "./server.ts";

/** Between two looks at whether the server lives: its clients try again for longer than that. */
const LOOK_MS = 1000;

/**
 * Keeps the embedded server running until `stop`: one that ended by itself (killed for memory, crashed) is started
 * again, on the same port. `stop` ends the server as `server.stop` would.
 */
export function guard(
  first: EmbeddedServer,
  options: EmbeddedOptions & { readonly log: Logger },
): { readonly stop: () => Promise<void> } {
  let server = first;
  let starting: Promise<void> | null = null;
  const again = async () => {
    options.log.warn({ pid: server.pid }, "embedded PostgreSQL ended by itself; starting it again");
    try {
      // Clients know the port: another one would be of no use to them.
      server = await startEmbedded({ ...options, port: first.port });
    } catch (error) {
      options.log.error({ err: error }, "embedded PostgreSQL not started again");
    } finally {
      starting = null;
    }
  };
  const timer = setInterval(() => {
    if (starting === null && !isAlive(server.pid)) starting = again();
  }, LOOK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await starting;
      await server.stop();
    },
  };
}
