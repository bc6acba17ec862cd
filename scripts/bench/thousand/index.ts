import { endServices } from "../../../service/testing/service.ts";
import type { Scenario } from "../figures.ts";
import { measureOne } from "./one.ts";
import { startMany } from "./server.ts";
import { measureSharing } from "./sharing.ts";
import { measureWorkers } from "./workers.ts";

const DATABASES = 1000;

/** Many databases on one server: what one poller needs, how three share them, and what more workers bring. Takes five minutes. */
export const fleet: Scenario = {
  name: "fleet",
  summary: `${DATABASES.toLocaleString("en")} databases on one server at 5 s: one poller, three, one to four workers (minutes)`,
  async run(progress) {
    const server = await startMany(DATABASES, progress);
    const store = server.client("store");
    try {
      return [
        ...(await measureOne(server, store, progress)),
        ...(await measureWorkers(server, store, progress)),
        ...(await measureSharing(server, store, progress)),
      ];
    } finally {
      await endServices();
      await store.close();
      await server.remove();
    }
  },
};
