import { isDeepStrictEqual } from "node:util";
import type { WatchedDatabase } from "../config/types.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { sqlState } from "../postgres/client.ts";
import { inSlices } from "../slices.ts";
import { writeBaseline } from "../store/baselines.ts";
import { commitFailed, commitSeen } from "../store/handover.ts";
import type { Lease } from "../store/leases.ts";
import type { Look } from "../store/models.ts";
import { Alarm } from "./alarm.ts";
import { backoffMs } from "./backoff.ts";
import { BaselineFile } from "./baseline-file.ts";
import { Eye, type EyeContext } from "./eye.ts";
import { faultOf } from "./fault.ts";
import { leaseLost, Mind, type MindContext } from "./mind.ts";
import type { Kept, Known } from "./prepare.ts";
import { type Ready, readied } from "./ready.ts";
import { Requests } from "./requests.ts";
import { NO_BASELINE, standingOf } from "./standing.ts";

/** A baseline's file is looked at once a second, and no more files than one each so many milliseconds. */
const BASELINE_EVERY_MS = 1000;
const BASELINE_APART_MS = 5;
/**
 * The look that comes whatever the gate says comes earlier by up to this share of its time, the one after the first look by
 * more: those of databases that were first looked at together would all come together for ever.
 */
const EARLIER = { first: 7 / 8, later: 1 / 8 } as const;
/** Until the next try after the store was lost or took the lease away. */
const STORE_RETRY_MS = 500;
/** A connection that is lost already shows it within this time. */
const LOST_MS = 1000;

export interface WatcherContext extends EyeContext, MindContext {
  readonly log: Logger;
  /** How many databases this process watches. */
  readonly watched: () => number;
  /** In [0, 1). */
  readonly random: () => number;
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
  #eye: Eye;
  #baseline: BaselineFile | null;
  readonly #mind: Mind;
  #stopped = false;
  #fresh = true;
  #unseen = true;
  #tried = Promise.withResolvers<void>();
  #wasTried = false;
  #standingStale = true;
  #tapped = false;
  #failures = 0;
  // On the monotonic clock.
  #gateDue = 0;
  #baselineDue = 0;
  #lookedAt = 0;
  /** By which share of its time the next unconditional look comes earlier. */
  #earlier = 0;
  /** A burst of DDL may take half of the time: until then the tap is not followed. */
  #tapPause = 0;

  constructor(lease: Lease, entry: WatchedDatabase, context: WatcherContext) {
    this.lease = lease;
    this.#context = context;
    this.#alarm = new Alarm(context.clock);
    this.#mind = new Mind(context, lease);
    this.#eye = new Eye(entry, context, () => this.#heard());
    this.#baseline = baselineOf(entry);
    this.#done = this.#run();
  }

  /** Milliseconds since the gate was last read; null when it was not yet. */
  gateAge(): number | null {
    return this.#eye.gateAge();
  }

  /** Whether the first look was handed over or has failed. */
  get wasTried(): boolean {
    return this.#wasTried;
  }

  /** Milliseconds since it was due to be looked at, while it can be reached and was looked at before; 0 when it is in time. */
  lateMs(): number {
    if (!this.#wasTried || this.#failures > 0) return 0;
    return Math.max(0, this.#now() - this.#gateDue);
  }

  /** Resolves when the first look was handed over or has failed, or when watching ended before. */
  tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** Owes these runs an exact look that begins after now. */
  request(runs: readonly string[]): void {
    if (this.#requests.add(runs)) this.#alarm.ring();
  }

  /** The tap spoke: the next look comes now, or when the last one is as long ago as it took. */
  #heard(): void {
    this.#tapped = true;
    this.#gateDue = Math.min(this.#gateDue, this.#tapPause);
    this.#alarm.ring();
  }

  /** A lease turn has ended. */
  turned(): void {
    this.#requests.turned();
  }

  /** Goes on with this configuration, at once where it is another one. */
  configure(entry: WatchedDatabase): void {
    const before = this.#eye;
    if (entry === before.entry || isDeepStrictEqual(entry, before.entry)) return;
    // First, so that it does not count twice.
    void before.close();
    this.#eye = new Eye(entry, this.#context, () => this.#heard());
    if (entry.baseline !== before.entry.baseline) this.#baseline = baselineOf(entry);
    this.#baselineDue = 0;
    this.#standingStale = true;
    this.#gateDue = 0;
    this.#alarm.ring();
  }

  /** Takes no new look, gives a running one `graceMs` to be handed over, then drops the connection. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#alarm.ring();
    this.#eye.waitNoMore();
    const patience = new AbortController();
    await Promise.race([this.#done, this.#context.clock.sleep(graceMs, patience.signal)]);
    patience.abort();
    await this.#eye.close();
    await this.#done;
    this.#mind.forget();
  }

  async #run(): Promise<void> {
    const { log, metrics } = this.#context;
    while (!this.#stopped) {
      let wait = STORE_RETRY_MS;
      try {
        wait = await this.#turn();
      } catch (error) {
        // The store was lost, or the lease is another's: whether something was committed is open.
        this.#mind.forget();
        const { code, reason } = faultOf(error);
        if (this.#stopped) break;
        if (code === "conflict") log.info({ reason }, "what was seen is not ours to hand over");
        else {
          metrics.errors.inc({ role: "poller", code });
          log.warn({ err: error }, "what was seen could not be handed over");
        }
      }
      if (!this.#stopped) await this.#alarm.sleep(wait);
    }
    this.#tried.resolve();
  }

  /** Does what is due. Returns the milliseconds until something is again; rejects for the store's faults only. */
  async #turn(): Promise<number> {
    if (this.#mind.kept === null) await this.#load();
    if (this.#stopped) return 0;
    const requested = this.#requests.waiting();
    if (this.#mind.kept !== null && (requested.length > 0 || this.#now() >= this.#gateDue)) {
      const eye = this.#eye;
      try {
        await this.#watch(this.#mind.kept, requested);
      } finally {
        eye.rest();
      }
      this.#wasTried = true;
      this.#tried.resolve();
    }
    if (this.#stopped) return 0;
    await this.#followBaseline();
    const due = this.#baseline ? Math.min(this.#gateDue, this.#baselineDue) : this.#gateDue;
    return Math.max(0, due - this.#now());
  }

  async #load(): Promise<void> {
    const { state, lookAgeMs } = await this.#mind.load();
    this.#unseen = state !== "watching";
    this.#lookedAt = this.#now() - (lookAgeMs ?? 0);
    this.#earlier = this.#context.random() * EARLIER.later;
  }

  async #watch(known: Kept, requested: readonly string[], again = false): Promise<void> {
    const started = this.#now();
    const eye = this.#eye;
    const tapped = this.#tapped;
    this.#tapped = false;
    let ready: Ready | null = null;
    let whole: Known | undefined;
    let storeFault: { readonly error: unknown } | undefined;
    const recall = async () => {
      try {
        whole = await this.#mind.recall(known);
        return whole;
      } catch (error) {
        storeFault = { error };
        throw error;
      }
    };
    try {
      const due = {
        requested: requested.length > 0,
        tapped,
        fresh: this.#fresh,
        unseen: this.#unseen,
        overdue: started - this.#lookedAt >= eye.entry.exactEveryMs * (1 - this.#earlier),
      };
      const sight = await eye.look(known, due, recall);
      if (eye !== this.#eye) return;
      if (sight && known.content === null) await this.#refreshBaseline();
      if (sight && whole) {
        ready = await inSlices(
          readied({
            lease: this.lease,
            known: whole,
            sight,
            requested,
            started,
            baseline: this.#baseline?.current ?? null,
            ignore: eye.ignore,
            moment: () => this.#moment(started),
          }),
        );
      }
      if (eye !== this.#eye) return;
    } catch (error) {
      if (storeFault) throw storeFault.error;
      if (this.#stopped || eye !== this.#eye) return;
      // A connection that was lost since the last look is no news yet: the next one may be made at once.
      const lost = faultOf(error).code === "unavailable" && this.#now() - started < LOST_MS;
      if (lost && this.#failures === 0 && !again) return this.#watch(known, requested, true);
      return this.#handOverFailure(error, requested, started);
    }
    if (ready && !(await this.#handOver(ready))) return;
    // The next reading keeps the beat, unless this one took longer than the beat.
    this.#gateDue = started + eye.entry.intervalMs;
    const ended = this.#now();
    if (ready) this.#tapPause = ended + Math.min(ended - started, eye.entry.intervalMs);
    if (this.#tapped) this.#gateDue = Math.min(this.#gateDue, this.#tapPause);
    this.#fresh = false;
  }

  /** Returns false when the store refused it and the look counts as failed; rejects when it is open. */
  async #handOver({ seen, known, started }: Ready): Promise<boolean> {
    const eye = this.#eye;
    const { store, lane, log, metrics } = this.#context;
    let committed: Awaited<ReturnType<typeof commitSeen>>;
    try {
      committed = await lane.run(() => commitSeen(store, seen));
    } catch (error) {
      const state = sqlState(error);
      // A deadlock is gone at the next try. Any other refusal of a statement would come back each time.
      if (state === undefined || state === "40P01") throw error;
      const refused = new AppError("internal", "The store refuses what was seen.", { cause: error });
      await this.#handOverFailure(refused, seen.requested, started);
      return false;
    }
    if (committed === null) throw leaseLost(this.lease);
    this.#mind.keep({ ...known, id: committed.snapshotId ?? known.id });
    this.#requests.settle(seen.requested);
    if (seen.baseline && eye === this.#eye) this.#standingStale = false;
    if (this.#failures > 0) log.info({ failures: this.#failures }, "the database answers again");
    this.#failures = 0;
    this.#unseen = false;
    this.#lookedAt = started;
    this.#earlier = this.#context.random() * (known.id === null ? EARLIER.first : EARLIER.later);
    const { cause, look, next, changes } = seen;
    const fields = { cause, ms: look.ms, objects: look.objects };
    if (look.reason) log.info(fields, look.reason);
    else if (next)
      log.info({ ...fields, changes: changes.length, change: committed.changeId }, "the schema differs");
    const { database } = this.lease;
    metrics.looks.inc({ database, cause, outcome: look.outcome });
    metrics.lookSeconds.observe((this.#now() - started) / 1000);
    for (const { compatibility } of changes) metrics.changes.inc({ database, compatibility });
    return true;
  }

  async #handOverFailure(error: unknown, requested: readonly string[], started: number): Promise<void> {
    const { store, log, metrics, random } = this.#context;
    const { lease } = this;
    const { code, reason } = faultOf(error);
    // A try that someone asked for does not put off the one that is due.
    if (started >= this.#gateDue || this.#failures === 0) {
      this.#failures += 1;
      this.#gateDue = this.#now() + backoffMs(this.#failures, random());
    }
    const look: Look = { outcome: "failed", ...this.#moment(started), objects: null, reason };
    if (this.#failures === 1) log.warn({ code, reason, err: error }, "the database cannot be looked at");
    metrics.errors.inc({ role: "poller", code });
    const cause = requested.length > 0 ? "request" : "gate";
    metrics.looks.inc({ database: lease.database, cause, outcome: "failed" });
    this.#unseen = true;
    const nextTryMs = Math.max(0, this.#gateDue - this.#now());
    const failed = { lease, reason, failures: this.#failures, nextTryMs, look, requested };
    if (!(await commitFailed(store, failed))) throw leaseLost(lease);
    this.#requests.settle(requested);
  }

  /** Compares the schema again when the baseline's file is another one. */
  async #followBaseline(): Promise<void> {
    if (this.#now() >= this.#baselineDue) await this.#refreshBaseline();
    const { kept } = this.#mind;
    if (!this.#standingStale || kept === null || kept.content === null) return;
    const eye = this.#eye;
    let standing = NO_BASELINE;
    if (this.#baseline !== null) {
      const { content } = await this.#mind.recall(kept);
      if (content === null) return;
      standing = await inSlices(standingOf(this.#baseline.current, content.snapshot, eye.ignore));
    }
    if (!(await writeBaseline(this.#context.store, this.lease, standing))) throw leaseLost(this.lease);
    // Another configuration came meanwhile: that one's is to be compared as well.
    if (eye === this.#eye) this.#standingStale = false;
  }

  async #refreshBaseline(): Promise<void> {
    this.#baselineDue =
      this.#now() + Math.max(BASELINE_EVERY_MS, this.#context.watched() * BASELINE_APART_MS);
    if (await this.#baseline?.refresh()) this.#standingStale = true;
  }

  /** When a look ended, and how long it took since `started`, to a hundredth of a millisecond. */
  #moment(started: number): Pick<Look, "at" | "ms"> {
    const ms = Math.round((this.#now() - started) * 100) / 100;
    return { at: this.#context.clock.now().toISOString(), ms };
  }

  #now(): number {
    return this.#context.clock.monotonic();
  }
}

function baselineOf(entry: WatchedDatabase): BaselineFile | null {
  return entry.baseline === null ? null : new BaselineFile(entry.baseline);
}
