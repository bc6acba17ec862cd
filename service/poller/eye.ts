import { moved, readGate, readRowVersion } from "../catalog/gate.ts";
import { compileIgnore, type IgnoreMatcher, withoutIgnored } from "../catalog/ignore.ts";
import type { Snapshot } from "../catalog/model.ts";
import type { Clock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { AppError } from "../errors.ts";
import { takeLook } from "../look.ts";
import type { Metrics } from "../metrics.ts";
import { connect } from "../postgres/client.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import { serverOf } from "../postgres/target.ts";
import type { Database } from "../postgres/types.ts";
import type { LookCause, ServerStanding } from "../store/handover.ts";
import type { DatabaseTap } from "../store/models.ts";
import { readTap, type TapReading, tapHasNews } from "../tap/log.ts";
import { Ear } from "./ear.ts";
import type { Kept, Known, Mark } from "./prepare.ts";
import { Quiet } from "./quiet.ts";
import { isSameDatabase } from "./server-event.ts";
import type { ServerWatch, ServerWatches, Taken } from "./server-watch.ts";
import { type Member, PATIENCE } from "./sessions.ts";

/** Deadline of a gate reading, connecting included: what takes longer is shown as unreachable. */
const GATE_DEADLINE_MS = 5000;
/**
 * Deadline of an exact look; one of 10,000 tables takes seconds. While the catalog moves, this many are taken one after
 * the other; then the last one counts and the next tick looks again.
 */
const LOOK = { deadlineMs: 120_000, most: 3 } as const;

/**
 * The row-version check may take 1 % of the time, and comes about once a second at most: the counters of a session that
 * issues DDL twice within a second reach others up to 10 s late, and this is what sees it meanwhile.
 */
const ROW_VERSION_SHARE = 0.01;
const ROW_VERSION_LEAST_MS = 900;
/** What the check costs is the least of so many: one that had to wait behind other work says nothing. */
const ROW_VERSION_COSTS = 5;
/** The first ones hold the planning, and come without regard to the budget. */
const ROW_VERSION_FIRST = 3;

/** Schemawatch's own schemas, where the store itself is watched. */
const OWN = compileIgnore(["schema:schemawatch", "schema:pgboss"]);

/** A server's gate serves all that ask within a fifth of their interval, in milliseconds, within these bounds. */
const SERVER_GATE = { least: 100, most: 1000 } as const;

export interface EyeContext {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly servers: ServerWatches;
  /** `origin` of the store's own snapshots; null when unknown. */
  readonly storeOrigin: string | null;
}

/** What the eye calls when a tap speaks. */
export type Wake = () => void;

/** What makes a look due whatever the gate says. */
export interface Due {
  /** A run waits for it. */
  readonly requested: boolean;
  /** The tap spoke. */
  readonly tapped: boolean;
  /** Nothing was seen yet since the lease was taken: what is found happened while nobody watched. */
  readonly fresh: boolean;
  /** The store shows a failure, or no look yet. */
  readonly unseen: boolean;
  /** It is time for the unconditional look. */
  readonly overdue: boolean;
}

/** What an exact look saw, and why it was taken. */
export interface Sight {
  readonly cause: LookCause;
  readonly snapshot: Snapshot;
  readonly mark: Mark;
  readonly rowVersion: string | null;
  readonly tap: TapReading;
  readonly server: Omit<ServerStanding, "notice">;
}

/**
 * A watched database as it is seen from here: on a session of its server's, with one more where its tap is listened to, and
 * with the judgement of when to look exactly.
 */
export class Eye implements Member {
  readonly entry: WatchedDatabase;
  readonly ignore: IgnoreMatcher;
  readonly #context: EyeContext;
  readonly #server: ServerWatch;
  readonly #quiet = new Quiet();
  readonly #ear: Ear;
  #gateReadAt: number | null = null;
  #closed = false;
  #counting = true;
  /** As the last look told it. */
  #heard = { tap: false, listening: false };
  #rowVersionDue = 0;
  #rowVersionCosts: readonly number[] = [];

  constructor(entry: WatchedDatabase, context: EyeContext, wake: Wake) {
    this.entry = entry;
    this.ignore = compileIgnore(entry.ignore);
    this.#context = context;
    this.#ear = new Ear(() => this.open(), wake);
    this.#server = context.servers.of(serverOf(entry.url));
    this.#server.enrol(this);
  }

  /** It cannot write, and never waits long behind the users' locks. */
  open(): Database {
    return connect({
      url: this.entry.url,
      applicationName: "schemawatch poller",
      maxConnections: 1,
      deadlineMs: GATE_DEADLINE_MS,
      settings: READER_SETTINGS,
    });
  }

  async hush(): Promise<void> {
    await this.#ear.hush();
    this.#server.sessions.listensNoMore(this);
  }

  /** Milliseconds since the gate, or its server's for it, was last read; null when it was not yet. */
  gateAge(): number | null {
    return this.#gateReadAt === null ? null : this.#context.clock.monotonic() - this.#gateReadAt;
  }

  /**
   * Reads the gate, and takes an exact look when one is due; null when none is. `recall` gives what is known as a whole.
   * Rejects when the database cannot be read, and as `recall` does. `rest` is to be called afterwards.
   */
  async look(known: Kept, due: Due, recall: () => Promise<Known>): Promise<Sight | null> {
    const { sessions } = this.#server;
    const taken = sessions.crowded ? await this.#server.reading(this.#readingAge()) : null;
    const overdue = due.overdue || this.#isMisheard();
    const owed = due.requested || due.tapped || due.fresh || due.unseen || overdue || !this.#counting;
    if (taken && !owed && known.mark && this.#isSameIgnore(known.mark)) {
      if (this.#quiet.isQuiet(taken, known.mark)) {
        this.#gateReadAt = taken.at;
        return null;
      }
    }
    // Whoever left is not served any more.
    if (this.#closed) throw new AppError("unavailable", "The watch of this database was given up.");
    const database = await sessions.borrow(this, this.#patience(due, taken, known));
    return this.#lookOn(database, known, { ...due, overdue }, recall, taken);
  }

  /** What was seen is handed over, or was not worth it: another database may have the session. Until then no more is looked at than can be handed over. */
  rest(): void {
    this.#server.sessions.giveBack(this);
  }

  /** Whatever waits for a session rejects; what has one goes on. */
  waitNoMore(): void {
    this.#server.sessions.refuse(this);
  }

  /** Drops the connections; what is being read rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#server.leave(this), this.hush()]);
  }

  async #lookOn(
    database: Database,
    known: Kept,
    due: Due,
    recall: () => Promise<Known>,
    taken: Taken | null,
  ): Promise<Sight | null> {
    const { clock, metrics, storeOrigin } = this.#context;
    const started = clock.monotonic();
    const gate = await readGate(database);
    this.#gateReadAt = clock.monotonic();
    metrics.gateSeconds.observe((this.#gateReadAt - started) / 1000);
    const now: Mark = { gate, ignore: this.entry.ignore };
    const cause = await this.#causeOf(database, known, now, due);
    if (cause === null) {
      if (taken && known.mark) this.#quiet.read(taken, known.mark, started);
      return null;
    }
    const previous = (await recall()).content?.snapshot;
    const options = {
      ignore: this.ignore,
      whole: cause === "unconditional",
      ...(previous ? { previous } : {}),
    };
    const before = known.mark && isSameDatabase(known.mark.gate, gate) ? known.mark.tap : null;
    const seen = await takeLook(database, gate, options, {
      ...LOOK,
      clock: this.#context.clock,
      // The row version is read within its own budget.
      urgent: cause === "gate" || cause === "tap" || cause === "request",
      beside: (tx) => readTap(tx, before ?? null),
    });
    const { snapshot, beside: tap } = seen;
    if (tap === undefined) throw new Error("the look came without the tap's reading");
    // LISTEN is not allowed on a standby.
    await this.#listen(tap.state !== "none" && !gate.recovery);
    this.#counting = tap.counting;
    this.#heard = { tap: tap.state !== "none" && !gate.recovery, listening: this.#ear.standing.listening };
    const own = storeOrigin !== null && snapshot.origin === storeOrigin && snapshot !== previous;
    const { since: _since, standing: _standing, ...whole } = snapshot;
    const mark: Mark = {
      gate: seen.gate,
      ignore: this.entry.ignore,
      tap: tap.mark,
      ...(snapshot.unseen && { unseen: snapshot.unseen }),
    };
    if (taken) this.#quiet.read(taken, mark, started);
    return {
      cause,
      snapshot: own ? { ...whole, objects: withoutIgnored(snapshot.objects, OWN) } : snapshot,
      mark,
      rowVersion: seen.rowVersion,
      tap,
      server: { tap: this.#tapStanding(tap, gate.recovery), counting: tap.counting, standby: gate.recovery },
    };
  }

  /** Listens to the tap where there is one and a session is left for that. */
  async #listen(wanted: boolean): Promise<void> {
    if (wanted && this.#server.sessions.mayListen(this)) await this.#ear.listen();
    else await this.hush();
  }

  /** Whether the tap is listened to otherwise than the last look told, or could be now. */
  #isMisheard(): boolean {
    const { listening, fault } = this.#ear.standing;
    if (this.#heard.listening !== listening) return this.#heard.tap;
    return this.#heard.tap && !listening && fault === null && this.#server.sessions.hasRoomToListen;
  }

  #patience(due: Due, taken: Taken | null, { mark }: Kept): number {
    if (due.requested) return PATIENCE.request;
    const isQuiet = taken !== null && mark !== null && this.#quiet.isQuiet(taken, mark);
    return due.overdue && isQuiet ? PATIENCE.unconditional : PATIENCE.gate;
  }

  /** How old a reading of the server's gate may be. */
  #readingAge(): number {
    return Math.max(SERVER_GATE.least, Math.min(SERVER_GATE.most, this.entry.intervalMs / 5));
  }

  #isSameIgnore(mark: Mark): boolean {
    return mark.ignore.join("\n") === this.entry.ignore.join("\n");
  }

  #tapStanding({ state, version, reason }: TapReading, standby: boolean): DatabaseTap {
    const { listening, fault } = this.#ear.standing;
    const { most, databases } = this.#server.sessions;
    const apart = `${databases} databases share ${most} sessions on this server (SESSIONS_PER_SERVER), so none is left to listen: changes are noticed at the interval.`;
    const unheard = standby
      ? "A standby cannot be listened to: its changes are noticed by row versions."
      : (fault ?? (listening ? null : apart));
    return { state, version, listening, reason: reason ?? (state === "none" ? null : unheard) };
  }

  async #causeOf(database: Database, known: Kept, now: Mark, due: Due): Promise<LookCause | null> {
    if (due.requested) return "request";
    if (due.tapped && known.content !== null && (await this.#hasNews(database, known))) return "tap";
    return this.#cause(database, known, now, due);
  }

  /** Whether the tap spoke of something that the last look did not see. Anybody may notify its channel. */
  async #hasNews(database: Database, known: Kept): Promise<boolean> {
    const news = known.mark?.tap ? await tapHasNews(database, known.mark.tap) : null;
    return news ?? (await readRowVersion(database)) !== known.rowVersion;
  }

  async #cause(database: Database, known: Kept, now: Mark, due: Due): Promise<LookCause | null> {
    const before = known.mark;
    if (known.content === null || before === null) return "start";
    if (!this.#isSameIgnore(before) || moved(before.gate, now.gate) !== null)
      return due.fresh ? "start" : "gate";
    const { clock } = this.#context;
    const started = clock.monotonic();
    if (started >= this.#rowVersionDue) {
      const rowVersion = known.rowVersion && (await readRowVersion(database));
      const costs = [...this.#rowVersionCosts, clock.monotonic() - started].slice(-ROW_VERSION_COSTS);
      this.#rowVersionCosts = costs;
      const pause = costs.length < ROW_VERSION_FIRST ? 0 : Math.min(...costs) / ROW_VERSION_SHARE;
      this.#rowVersionDue = started + Math.max(ROW_VERSION_LEAST_MS, pause);
      if (rowVersion === null || rowVersion !== known.rowVersion) return due.fresh ? "start" : "row-version";
    }
    if (due.unseen) return "start";
    return due.overdue ? "unconditional" : null;
  }
}
