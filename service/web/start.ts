import { isLoopback } from "../config/config.ts";
import { loadTokens } from "../config/tokens.ts";
import { AppError } from "../errors.ts";
import type { RoleContext, RunningRole } from "../roles.ts";
import { createWebContext } from "./context.ts";
import { listen } from "./listen.ts";
import { pages } from "./routes/pages/index.ts";
import { createApp } from "./server.ts";

/**
 * Starts the web role: pages, API and probes on HOST and PORT. `others` are the roles started in this process before, for
 * /readyz. AppError "invalid" when others could come in without a token or AUTH_FILE is faulty; errors as `listen`.
 */
export async function startWeb(
  context: RoleContext,
  others: readonly RunningRole[] = [],
): Promise<RunningRole & { readonly url: string }> {
  await mayListen(context);
  let state: "ready" | "stopping" = "ready";
  const web = createWebContext(context, () => [...others, role]);
  const { url, stop } = listen(createApp(web, pages), context.config.host, context.config.port);
  const role = {
    name: "web" as const,
    url,
    unready: () => (state === "ready" ? [] : ["it is stopping"]),
    stop: async (deadlineMs: number) => {
      state = "stopping";
      // Streams never end by themselves, and the server waits for every answer.
      web.hub.close();
      web.streams.closeAll();
      await stop(deadlineMs);
    },
  };
  context.log.info({ url }, "the page is open");
  return role;
}

async function mayListen({ config, log }: RoleContext): Promise<void> {
  if (config.authFile !== null) {
    const tokens = await loadTokens(config.authFile);
    if (tokens.length === 0)
      log.warn({ file: config.authFile }, "AUTH_FILE has no token: nobody can come in");
  } else if (!isLoopback(config.host)) {
    throw new AppError(
      "invalid",
      `HOST is ${config.host}, which others can reach, but AUTH_FILE is not set.`,
      {
        mend: "Make access tokens (schemawatch token create) and set AUTH_FILE, or use HOST=127.0.0.1.",
      },
    );
  }
}
