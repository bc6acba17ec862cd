import { readGate } from "../catalog/gate.ts";
import type { RoleContext, RunningRole, StartRole } from "../roles.ts";
import type { StoreEvent } from "../store/events.ts";
import { LeaseKeeper } from "./keeper.ts";
import { Lane } from "./lane.ts";
import { Memory } from "./memory.ts";
import { ServerWatches } from "./server-watch.ts";

/** How long the start waits for the first look at the sample, in milliseconds. It takes a tenth of that. */
const SAMPLE_MS = 3000;

/** Schemas that are read from the store or written there at once: fewer than its connections, which the leases need as well. */
const AT_ONCE = 6;
/** How often the log says how many databases were looked at, until all were, in milliseconds. */
const PROGRESS_MS = 5000;

/**
 * Starts the poller: it leases databases of the watch list, watches each, and hands over what changed. Resolves when
 * the first leases are held, and the sample was looked at: the page, which opens afterwards, invites to change it.
 * Rejects when the store cannot be reached.
 */
export const startPoller: StartRole = async (context: RoleContext): Promise<RunningRole> => {
  const { store, clock, log, metrics, events, watchList } = context;
  const { system, database } = await readGate(store);
  const storeOrigin = system === null ? null : `${system}:${database}`;
  const most = context.config.sessionsPerServer;
  const servers = new ServerWatches({ most, log, metrics, now: () => clock.monotonic() });
  const [memory, lane] = [new Memory(), new Lane(AT_ONCE)];
  const own = { store, clock, log, metrics, servers, memory, lane, random: Math.random, storeOrigin };
  const keeper = new LeaseKeeper(own, watchList);

  const isOurs = (name: string) => watchList.current().some((entry) => entry.name === name);
  const unsubscribe = events.subscribe((event: StoreEvent) => {
    if (event.type === "look") keeper.watcher(event.database)?.request([event.run]);
    // Requests may have been missed; the next turn tells them all.
    if (event.type === "resume") keeper.nudge();
    // A lease may have been given up.
    if (event.type === "database" && isOurs(event.database) && !keeper.watcher(event.database))
      keeper.nudge();
  });
  const unlisten = watchList.onChange(() => keeper.listChanged());
  await keeper.start();
  const list = watchList.current();
  const namesOf = (entries: typeof list) => entries.map(({ name }) => name);
  let tried = false;
  const trying = new AbortController();
  void keeper.tried(namesOf(list)).then(() => {
    tried = true;
    trying.abort();
  });
  const tellProgress = async () => {
    while (!trying.signal.aborted) {
      await clock.sleep(PROGRESS_MS, trying.signal);
      const { looked, watched } = keeper.progress();
      if (looked < watched) log.info({ looked, watched }, "first looks");
    }
  };
  void tellProgress();
  const patience = new AbortController();
  await Promise.race([
    keeper.tried(namesOf(list.filter(({ sample }) => sample))),
    clock.sleep(SAMPLE_MS, patience.signal),
  ]);
  patience.abort();

  return {
    name: "poller",
    unready() {
      if (keeper.lapsed()) return ["the poller cannot renew its leases in the store"];
      if (tried) return [];
      const { looked, watched } = keeper.progress();
      return [`the poller has not looked at every database yet (${looked} of ${watched})`];
    },
    async stop(deadlineMs) {
      unsubscribe();
      unlisten();
      trying.abort();
      await keeper.stop(deadlineMs);
    },
  };
};
