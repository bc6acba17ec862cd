import type { WatchList } from "../config/types.ts";
import { toAppError } from "../errors.ts";
import { writeDatabases } from "../store/databases.ts";
import { type HeldLease, LEASE_MS, releaseLeases, turnLeases } from "../store/leases.ts";
import { Alarm } from "./alarm.ts";
import { Watcher, type WatcherContext } from "./watcher.ts";

/** Between two turns: three fit into a lease. */
const TURN_MS = 1000;
/** However often it is nudged, a poller takes its turns at most this often. */
const LEAST_TURN_MS = 250;

/** A look that is late by more is told. */
const LATE_MS = 10_000;

/**
 * Holds this process's leases: a turn a second renews them and takes what is free, and a watcher runs for each one held.
 * It also keeps the store's table of databases in line with the watch list.
 */
export class LeaseKeeper {
  /** Names this process in the store. */
  readonly holder = crypto.randomUUID();
  readonly #context: WatcherContext;
  readonly #watchList: WatchList;
  readonly #alarm: Alarm;
  readonly #watchers = new Map<string, Watcher>();
  #listWritten = false;
  #turnedAt = Number.NEGATIVE_INFINITY;
  #failing = false;
  #late = false;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(context: Omit<WatcherContext, "watched">, watchList: WatchList) {
    this.#context = { ...context, watched: () => this.#watchers.size };
    this.#watchList = watchList;
    this.#alarm = new Alarm(context.clock);
  }

  /** Takes the first turn, and the others until `stop`. Rejects when the first one fails. */
  async start(): Promise<void> {
    await this.#turn();
    this.#done = this.#run();
  }

  /** The watch list changed: the store is told, and watchers go on with what is new. */
  listChanged(): void {
    this.#listWritten = false;
    this.#alarm.ring();
  }

  /** A turn may be worth while now. */
  nudge(): void {
    this.#alarm.ring();
  }

  watcher(database: string): Watcher | undefined {
    return this.#watchers.get(database);
  }

  /** Resolves when each of these databases that is held now was looked at, or could not be. */
  async tried(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#watchers.get(name)?.tried()));
  }

  /** How many databases are watched, and how many of them were looked at, or could not be. */
  progress(): { readonly looked: number; readonly watched: number } {
    const watchers = [...this.#watchers.values()];
    return { looked: watchers.filter(({ wasTried }) => wasTried).length, watched: watchers.length };
  }

  /** Whether the last turn that succeeded is so old that the leases have run out. */
  lapsed(): boolean {
    return this.#context.clock.monotonic() - this.#turnedAt > LEASE_MS;
  }

  /**
   * Stops all watchers, which may hand over what they are at for half of the time, and gives up the leases. Resolves
   * within `deadlineMs`; leases that could not be given up run out.
   */
  async stop(deadlineMs: number): Promise<void> {
    const { clock, log } = this.#context;
    const patience = new AbortController();
    const end = this.#end(deadlineMs / 2).catch((error: unknown) => {
      log.warn({ err: error }, "the leases could not be given up");
    });
    await Promise.race([end, clock.sleep(deadlineMs, patience.signal)]);
    patience.abort();
  }

  async #end(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    const watchers = [...this.#watchers.values()];
    this.#watchers.clear();
    await Promise.all([this.#done, ...watchers.map((watcher) => watcher.stop(graceMs))]);
    this.#context.metrics.leases.set(0);
    await releaseLeases(this.#context.store, this.holder);
  }

  async #run(): Promise<void> {
    const { clock, log, metrics } = this.#context;
    while (!this.#stopped) {
      await this.#alarm.sleep(TURN_MS);
      if (this.#stopped) return;
      const started = clock.monotonic();
      try {
        await this.#turn();
        if (this.#failing) log.info({}, "the leases are renewed again");
        this.#failing = false;
      } catch (error) {
        metrics.errors.inc({ role: "poller", code: toAppError(error).code });
        if (!this.#failing) log.warn({ err: error }, "the leases cannot be renewed");
        this.#failing = true;
      }
      await clock.sleep(Math.max(0, LEAST_TURN_MS - (clock.monotonic() - started)));
    }
  }

  async #turn(): Promise<void> {
    const { store, clock, metrics } = this.#context;
    const started = clock.monotonic();
    const list = this.#watchList.current();
    if (!this.#listWritten) {
      this.#listWritten = true;
      try {
        await writeDatabases(store, list);
      } catch (error) {
        this.#listWritten = false;
        throw error;
      }
    }
    const seen = [...this.#watchers.values()].flatMap((watcher) => {
      const ageMs = watcher.gateAge();
      return ageMs === null ? [] : [{ databaseId: watcher.lease.databaseId, ageMs }];
    });
    const held = await turnLeases(store, { holder: this.holder, names: list.map(({ name }) => name), seen });
    this.#turnedAt = started;
    if (this.#stopped) return;
    this.#follow(held);
    metrics.leases.set(this.#watchers.size);
    this.#tellLate();
  }

  /** Looks that come late are told, and when they are in time again. */
  #tellLate(): void {
    const { log, metrics } = this.#context;
    const late = [...this.#watchers.values()].map((watcher) => watcher.lateMs());
    const most = Math.max(0, ...late);
    metrics.late.set(most / 1000);
    if (most > LATE_MS !== this.#late) {
      this.#late = !this.#late;
      const databases = late.filter((ms) => ms > LATE_MS).length;
      if (this.#late) log.warn({ databases, ms: Math.round(most) }, "databases are looked at late");
      else log.info({}, "every database is looked at in time again");
    }
  }

  /** One watcher for each lease held, none for others. */
  #follow(held: readonly HeldLease[]): void {
    const entries = new Map(this.#watchList.current().map((entry) => [entry.name, entry]));
    const kept = new Set<string>();
    let isMore = false;
    for (const lease of held) {
      const entry = entries.get(lease.database);
      if (!entry) continue;
      kept.add(lease.database);
      const running = this.#watchers.get(lease.database);
      if (running?.lease.fence === lease.fence) {
        running.configure(entry);
        running.turned();
        running.request(lease.requested);
        continue;
      }
      if (running) this.#drop(running);
      const log = this.#context.log.child({ database: lease.database });
      const watcher = new Watcher(lease, entry, { ...this.#context, log });
      watcher.request(lease.requested);
      this.#watchers.set(lease.database, watcher);
      isMore = true;
      log.info({ fence: lease.fence }, "watching");
    }
    for (const [name, watcher] of this.#watchers) if (!kept.has(name)) this.#drop(watcher);
    // What was taken over was half of what is due: the next turn need not wait.
    if (isMore) this.#alarm.ring();
  }

  /** The lease is another's, so whatever the watcher is at would be refused. */
  #drop(watcher: Watcher): void {
    this.#watchers.delete(watcher.lease.database);
    this.#context.log.info({ database: watcher.lease.database }, "no longer watching");
    void watcher.stop(0);
  }
}
