import type { WatchedDatabase } from "../config/types.ts";
import { testPoller } from "./testing.ts";

/*
 * A poller in a process of its own, for tests that kill it: `bun testing-process.ts '{"store": …, "databases": […]}'`.
 * Says "ready" when its first leases are held; ends at SIGTERM.
 */

const { store, databases, sessions } = JSON.parse(process.argv[2] ?? "{}") as {
  store: string;
  databases: WatchedDatabase[];
  sessions?: number;
};
const poller = await testPoller(store, databases, sessions);
process.stdout.write("ready\n");
process.once("SIGTERM", async () => {
  await poller.stop();
  process.exit(0);
});
