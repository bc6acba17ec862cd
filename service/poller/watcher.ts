import { isDeepStrictEqual } from "node:util";
import { moved, readGate, readRowVersion } from "../catalog/gate.ts";
import { compileIgnore, type IgnoreMatcher, withoutIgnored } from "../catalog/ignore.ts";
import type { Clock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Database } from "../postgres/types.ts";
import { writeBaseline } from "../store/baselines.ts";
import { commitFailed, commitSeen, type LookCause } from "../store/handover.ts";
import type { Lease } from "../store/leases.ts";
import { readWatchState } from "../store/snapshots.ts";
import type { Look } from "../web/models.ts";
import { Alarm } from "./alarm.ts";
import { backoffMs } from "./backoff.ts";
import { BaselineFile } from "./baseline-file.ts";
import { faultOf } from "./fault.ts";
import { connectWatched, type Seen, takeLook } from "./look.ts";
import { type Known, knownOf, type Mark, prepare } from "./prepare.ts";
import { Requests } from "./requests.ts";
import { standingOf } from "./standing.ts";

/** The row-version check may take 1 % of the time, and comes at most every 2 s: what it backs shows within seconds. */
const ROW_VERSION_SHARE = 0.01;
const ROW_VERSION_LEAST_MS = 2000;
const BASELINE_EVERY_MS = 1000;
/** Until the next try after the store refused or was lost. */
const STORE_RETRY_MS = 500;

export interface WatcherContext {
  readonly store: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** In [0, 1). */
  readonly random: () => number;
  /** `origin` of the store's own snapshots: Schemawatch's own schemas are not watched there. Null when unknown. */
  readonly storeOrigin: string | null;
}

/**
 * Watches one database for as long as its lease is held. What it knows of the database is what is committed: after
 * anything that leaves this open it reads the store again.
 */
export class Watcher {
  readonly lease: Lease;
  readonly #context: WatcherContext;
  readonly #alarm: Alarm;
  readonly #requests = new Requests();
  readonly #done: Promise<void>;
  #entry: WatchedDatabase;
  #database: Database;
  #ignore: IgnoreMatcher;
  #baseline: BaselineFile | null;
  #stopped = false;
  #known: Known | null = null;
  /** Until the first look or quiet gate reading: what is found until then happened while nobody watched. */
  #fresh = true;
  #failures = 0;
  /** Whether the store shows a failure, or no look yet. */
  #unseen = true;
  // All on the monotonic clock.
  #gateDue = 0;
  #gateReadAt: number | null = null;
  #lookedAt = 0;
  #rowVersionDue = 0;
  #baselineDue = 0;
  #standingStale = true;

  constructor(lease: Lease, entry: WatchedDatabase, context: WatcherContext) {
    this.lease = lease;
    this.#entry = entry;
    this.#context = context;
    this.#alarm = new Alarm(context.clock);
    this.#database = connectWatched(entry.url);
    this.#ignore = compileIgnore(entry.ignore);
    this.#baseline = entry.baseline === null ? null : new BaselineFile(entry.baseline);
    this.#done = this.#run();
  }

  /** Milliseconds since the gate was last read; null when it was not yet. */
  gateAge(): number | null {
    return this.#gateReadAt === null ? null : this.#now() - this.#gateReadAt;
  }

  /** Owes these runs an exact look that begins after now. */
  request(runs: readonly string[]): void {
    if (this.#requests.add(runs)) this.#alarm.ring();
  }

  /** A lease turn has ended. */
  turned(): void {
    this.#requests.turned();
  }

  /** Goes on with this configuration, at once where it is another one. */
  configure(entry: WatchedDatabase): void {
    const before = this.#entry;
    if (isDeepStrictEqual(entry, before)) return;
    this.#entry = entry;
    if (entry.url !== before.url) {
      void this.#database.close(0);
      this.#database = connectWatched(entry.url);
    }
    if (entry.baseline !== before.baseline) {
      this.#baseline = entry.baseline === null ? null : new BaselineFile(entry.baseline);
      this.#baselineDue = 0;
    }
    this.#ignore = compileIgnore(entry.ignore);
    this.#standingStale = true;
    this.#gateDue = 0;
    this.#alarm.ring();
  }

  /** Takes no new look, gives a running one `graceMs` to be handed over, then drops the connection. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    const patience = new AbortController();
    await Promise.race([this.#done, this.#context.clock.sleep(graceMs, patience.signal)]);
    patience.abort();
    await this.#database.close(0);
    await this.#done;
  }

  async #run(): Promise<void> {
    const { log, metrics } = this.#context;
    while (!this.#stopped) {
      let wait = STORE_RETRY_MS;
      try {
        wait = await this.#turn();
      } catch (error) {
        // The store's fault, or the lease is another's: whether something was committed is open.
        this.#known = null;
        const { code } = faultOf(error);
        metrics.errors.inc({ role: "poller", code });
        if (!this.#stopped) log.warn({ err: error }, "the store did not take what was seen");
      }
      await this.#alarm.sleep(wait);
    }
  }

  /** Does what is due. Returns the milliseconds until something is again; rejects for the store's faults only. */
  async #turn(): Promise<number> {
    this.#known ??= await this.#load();
    const requested = this.#requests.waiting();
    if (requested.length > 0 || this.#now() >= this.#gateDue) await this.#watch(this.#known, requested);
    if (this.#stopped) return 0;
    await this.#followBaseline();
    const due = this.#baseline ? Math.min(this.#gateDue, this.#baselineDue) : this.#gateDue;
    return Math.max(0, due - this.#now());
  }

  async #load(): Promise<Known> {
    const state = await readWatchState(this.#context.store, this.lease.databaseId);
    this.#unseen = state.state !== "watching";
    this.#lookedAt = this.#now() - (state.lookAgeMs ?? 0);
    return knownOf(state);
  }

  async #watch(known: Known, requested: readonly string[]): Promise<void> {
    const started = this.#now();
    const database = this.#database;
    let found: (Seen & { readonly cause: LookCause }) | null;
    try {
      found = await this.#read(database, known, requested.length > 0);
    } catch (error) {
      if (this.#stopped || database !== this.#database) return;
      return this.#handOverFailure(error, requested, started);
    }
    // The next reading keeps the beat, unless this one took longer than the beat.
    this.#gateDue = started + this.#entry.intervalMs;
    if (found) await this.#handOver(known, found, requested, started);
    this.#fresh = false;
  }

  /** Reads the gate, and takes an exact look when one is due. */
  async #read(database: Database, known: Known, requested: boolean) {
    const { metrics } = this.#context;
    const started = this.#now();
    const gate = await readGate(database);
    this.#gateReadAt = this.#now();
    metrics.gateSeconds.observe((this.#gateReadAt - started) / 1000);
    const mark: Mark = { gate, ignore: this.#entry.ignore };
    const cause = requested ? "request" : await this.#causeOfLook(database, known, mark);
    return cause === null ? null : { ...(await takeLook(database, gate, this.#ignore)), cause };
  }

  async #causeOfLook(database: Database, known: Known, now: Mark): Promise<LookCause | null> {
    const before = known.mark;
    if (known.content === null || before === null) return "start";
    const otherIgnore = before.ignore.join("\n") !== now.ignore.join("\n");
    if (otherIgnore || moved(before.gate, now.gate) !== null) return this.#fresh ? "start" : "gate";
    if (this.#now() >= this.#rowVersionDue) {
      const started = this.#now();
      const rowVersion = await readRowVersion(database);
      const cost = this.#now() - started;
      this.#rowVersionDue = started + Math.max(ROW_VERSION_LEAST_MS, cost / ROW_VERSION_SHARE);
      if (rowVersion !== known.rowVersion) return this.#fresh ? "start" : "row-version";
    }
    if (this.#unseen) return "start";
    return this.#now() - this.#lookedAt >= this.#entry.exactEveryMs ? "unconditional" : null;
  }

  async #handOver(
    known: Known,
    seen: Seen & { readonly cause: LookCause },
    requested: readonly string[],
    started: number,
  ): Promise<void> {
    const { store, clock, log, metrics, storeOrigin } = this.#context;
    const own = storeOrigin !== null && seen.snapshot.origin === storeOrigin;
    const fresh = own
      ? { ...seen.snapshot, objects: withoutIgnored(seen.snapshot.objects, OWN) }
      : seen.snapshot;
    const mark: Mark = { gate: seen.gate, ignore: this.#entry.ignore };
    const { content, next, changes, readdressed, note } = prepare(known, fresh, mark.ignore);
    if (next) await this.#refreshBaseline();
    const outcome = changes.length > 0 ? "changed" : "unchanged";
    const look: Look = {
      outcome,
      at: clock.now().toISOString(),
      ms: Math.round((this.#now() - started) * 100) / 100,
      objects: fresh.objects.length,
      reason: note,
    };
    const { lease } = this;
    const { cause, rowVersion } = seen;
    const baseline = next
      ? standingOf(this.#baseline?.current ?? null, content.snapshot, this.#ignore)
      : null;
    const committed = await commitSeen(store, {
      lease,
      cause,
      look,
      mark,
      rowVersion,
      requested,
      readdressed,
      next,
      changes,
      baseline,
    });
    if (committed === null) throw leaseLost(lease);
    this.#known = { id: committed.snapshotId ?? known.id, content, mark, rowVersion };
    this.#requests.settle(requested);
    if (baseline) this.#standingStale = false;
    if (this.#failures > 0) log.info({ failures: this.#failures }, "the database answers again");
    this.#failures = 0;
    this.#unseen = false;
    this.#lookedAt = started;
    const fields = { cause, ms: look.ms, objects: look.objects };
    if (note) log.info(fields, note);
    else if (next)
      log.info({ ...fields, changes: changes.length, change: committed.changeId }, "the schema changed");
    metrics.looks.inc({ database: lease.database, cause, outcome });
    metrics.lookSeconds.observe((this.#now() - started) / 1000);
    for (const { compatibility } of changes) metrics.changes.inc({ database: lease.database, compatibility });
  }

  async #handOverFailure(error: unknown, requested: readonly string[], started: number): Promise<void> {
    const { store, clock, log, metrics, random } = this.#context;
    const { lease } = this;
    const { code, reason } = faultOf(error);
    // A try that someone asked for does not put off the one that is due.
    if (started >= this.#gateDue || this.#failures === 0) {
      this.#failures += 1;
      this.#gateDue = this.#now() + backoffMs(this.#failures, random());
    }
    const ms = Math.round((this.#now() - started) * 100) / 100;
    const look: Look = { outcome: "failed", at: clock.now().toISOString(), ms, objects: null, reason };
    if (this.#failures === 1) log.warn({ code, reason, err: error }, "the database cannot be looked at");
    metrics.errors.inc({ role: "poller", code });
    metrics.looks.inc({
      database: lease.database,
      cause: requested.length > 0 ? "request" : "gate",
      outcome: "failed",
    });
    this.#unseen = true;
    const nextTryMs = Math.max(0, this.#gateDue - this.#now());
    const failed = { lease, reason, failures: this.#failures, nextTryMs, look, requested };
    if (!(await commitFailed(store, failed))) throw leaseLost(lease);
    this.#requests.settle(requested);
  }

  /** Once a second: compares the schema again when the baseline's file is another one. */
  async #followBaseline(): Promise<void> {
    if (this.#now() >= this.#baselineDue) await this.#refreshBaseline();
    const content = this.#known?.content;
    if (!this.#standingStale || !content) return;
    const standing = standingOf(this.#baseline?.current ?? null, content.snapshot, this.#ignore);
    if (!(await writeBaseline(this.#context.store, this.lease, standing))) throw leaseLost(this.lease);
    this.#standingStale = false;
  }

  async #refreshBaseline(): Promise<void> {
    this.#baselineDue = this.#now() + BASELINE_EVERY_MS;
    if (await this.#baseline?.refresh()) this.#standingStale = true;
  }

  #now(): number {
    return this.#context.clock.monotonic();
  }
}

/** Schemawatch's own schemas, where the store itself is watched. */
const OWN = compileIgnore(["schema:schemawatch", "schema:pgboss"]);

function leaseLost(lease: Lease): AppError {
  return new AppError("conflict", `The lease of ${lease.database} is held by another poller, or ran out.`);
}
