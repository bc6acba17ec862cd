import { launch, type Program } from "../../../service/testing/service.ts";
import type { ManyDatabases } from "./server.ts";

/** A process of one role, as it is deployed. */
export function startRole(server: ManyDatabases, role: "poller" | "worker"): Program {
  return launch({
    env: { ROLE: role, DATABASE_URL: server.url("store"), DATABASES_FILE: server.file, LOG_LEVEL: "warn" },
  });
}

/** Ends a process in order. */
export async function end(program: Program): Promise<void> {
  program.signal("SIGTERM");
  await program.exited;
}
