#!/usr/bin/env bun
/*
 * The one entry: a first argument is a command (commands/index.ts has their table), none is the service in the role that
 * ROLE names. It exports nothing (Bun would serve an exported app).
 */
import { version } from "../package.json";
import type { StartRole } from "./roles.ts";

/** Loaded only when started, so that a command or a single role does not pay for the others. */
const ROLES: Readonly<Record<"web" | "poller" | "worker", () => Promise<StartRole>>> = {
  web: async () => (await import("./web/start.ts")).startWeb,
  poller: async () => (await import("./poller/start.ts")).startPoller,
  worker: async () => (await import("./worker/start.ts")).startWorker,
};

const args = Bun.argv.slice(2);
if (args.length > 0) {
  const { runCommand } = await import("./commands/index.ts");
  process.exitCode = await runCommand(args, { version });
} else {
  const { runService } = await import("./service.ts");
  process.exitCode = await runService(ROLES);
}
