import { moved, readGate, readRowVersion } from "../catalog/gate.ts";
import { compileIgnore, type IgnoreMatcher, withoutIgnored } from "../catalog/ignore.ts";
import type { Snapshot } from "../catalog/model.ts";
import type { Clock } from "../clock.ts";
import type { WatchedDatabase } from "../config/types.ts";
import { takeLook } from "../look.ts";
import type { Metrics } from "../metrics.ts";
import { connect } from "../postgres/client.ts";
import { READER_SETTINGS } from "../postgres/reader.ts";
import type { Database } from "../postgres/types.ts";
import type { LookCause, ServerStanding } from "../store/handover.ts";
import type { DatabaseTap } from "../store/models.ts";
import { readTap, type TapReading, tapHasNews } from "../tap/log.ts";
import { Ear } from "./ear.ts";
import type { Known, Mark } from "./prepare.ts";
import { isSameDatabase } from "./server-event.ts";

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

export interface EyeContext {
  readonly clock: Clock;
  readonly metrics: Metrics;
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

/** The connection to a watched database, with one more where its tap is listened to, and the judgement of when to look exactly. */
export class Eye {
  readonly entry: WatchedDatabase;
  readonly ignore: IgnoreMatcher;
  readonly #context: EyeContext;
  readonly #database: Database;
  readonly #ear: Ear;
  #gateReadAt: number | null = null;
  #rowVersionDue = 0;
  #rowVersionCosts: readonly number[] = [];

  constructor(entry: WatchedDatabase, context: EyeContext, wake: Wake) {
    this.entry = entry;
    this.ignore = compileIgnore(entry.ignore);
    this.#context = context;
    // It cannot write, and never waits long behind the users' locks.
    this.#database = connect({
      url: entry.url,
      applicationName: "schemawatch poller",
      maxConnections: 1,
      deadlineMs: GATE_DEADLINE_MS,
      settings: READER_SETTINGS,
    });
    this.#ear = new Ear(this.#database, wake);
  }

  /** Milliseconds since the gate was last read; null when it was not yet. */
  gateAge(): number | null {
    return this.#gateReadAt === null ? null : this.#context.clock.monotonic() - this.#gateReadAt;
  }

  /** Reads the gate, and takes an exact look when one is due; null when none is. Rejects when the database cannot be read. */
  async look(known: Known, due: Due): Promise<Sight | null> {
    const { clock, metrics, storeOrigin } = this.#context;
    const started = clock.monotonic();
    const gate = await readGate(this.#database);
    this.#gateReadAt = clock.monotonic();
    metrics.gateSeconds.observe((this.#gateReadAt - started) / 1000);
    const now: Mark = { gate, ignore: this.entry.ignore };
    const cause = await this.#causeOf(known, now, due);
    if (cause === null) return null;
    const previous = known.content?.snapshot;
    const options = {
      ignore: this.ignore,
      whole: cause === "unconditional",
      ...(previous ? { previous } : {}),
    };
    const mark = known.mark && isSameDatabase(known.mark.gate, gate) ? known.mark.tap : null;
    const seen = await takeLook(this.#database, gate, options, {
      ...LOOK,
      clock: this.#context.clock,
      // The row version is read within its own budget.
      urgent: cause === "gate" || cause === "tap" || cause === "request",
      beside: (tx) => readTap(tx, mark ?? null),
    });
    const { snapshot, beside: tap } = seen;
    if (tap === undefined) throw new Error("the look came without the tap's reading");
    // LISTEN is not allowed on a standby.
    await this.#ear.follow(tap.state !== "none" && !gate.recovery);
    const own = storeOrigin !== null && snapshot.origin === storeOrigin && snapshot !== previous;
    const { since: _since, standing: _standing, ...whole } = snapshot;
    return {
      cause,
      snapshot: own ? { ...whole, objects: withoutIgnored(snapshot.objects, OWN) } : snapshot,
      mark: {
        gate: seen.gate,
        ignore: this.entry.ignore,
        tap: tap.mark,
        ...(snapshot.unseen && { unseen: snapshot.unseen }),
      },
      rowVersion: seen.rowVersion,
      tap,
      server: { tap: this.#tapStanding(tap, gate.recovery), counting: tap.counting, standby: gate.recovery },
    };
  }

  /** Drops the connection; what is being read rejects. */
  close(): Promise<void> {
    return this.#database.close(0);
  }

  #tapStanding({ state, version, reason }: TapReading, standby: boolean): DatabaseTap {
    const { listening, fault } = this.#ear.standing;
    const unheard = standby
      ? "A standby cannot be listened to: its changes are noticed by row versions."
      : fault;
    return { state, version, listening, reason: reason ?? (state === "none" ? null : unheard) };
  }

  async #causeOf(known: Known, now: Mark, due: Due): Promise<LookCause | null> {
    if (due.requested) return "request";
    if (due.tapped && known.content !== null && (await this.#hasNews(known))) return "tap";
    return this.#cause(known, now, due);
  }

  /** Whether the tap spoke of something that the last look did not see. Anybody may notify its channel. */
  async #hasNews(known: Known): Promise<boolean> {
    const news = known.mark?.tap ? await tapHasNews(this.#database, known.mark.tap) : null;
    return news ?? (await readRowVersion(this.#database)) !== known.rowVersion;
  }

  async #cause(known: Known, now: Mark, due: Due): Promise<LookCause | null> {
    const before = known.mark;
    if (known.content === null || before === null) return "start";
    const otherIgnore = before.ignore.join("\n") !== now.ignore.join("\n");
    if (otherIgnore || moved(before.gate, now.gate) !== null) return due.fresh ? "start" : "gate";
    const { clock } = this.#context;
    const started = clock.monotonic();
    if (started >= this.#rowVersionDue) {
      const rowVersion = known.rowVersion && (await readRowVersion(this.#database));
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
