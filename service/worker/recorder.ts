import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Database } from "../postgres/types.ts";
import {
  type JournalEvent,
  type JournalStep,
  type RunEnd,
  type RunReport,
  type TakenRun,
  type Written,
  writeJournal,
} from "../store/journal.ts";
import type { RunControl } from "./control.ts";

/** How long an event may wait for others, so that a run of many short steps is written with few commits. */
const GATHER_MS = 20;
/** The most log lines that wait for the store; later ones are counted and dropped. */
const MAX_WAITING = 5000;
/** The most characters of one message. */
const MAX_MESSAGE = 8000;
const RETRY_MS = { first: 50, most: 1000 };

/** The run is another's now: nothing more may be written or done for it. */
export class LostRun extends Error {
  override readonly name = "LostRun";
}

type TimedEvent = Omit<JournalEvent, "age"> & { readonly at: number };
type TimedStep = Omit<JournalStep, "startedAge" | "finishedAge"> & {
  readonly startedAt: number;
  readonly finishedAt: number | null;
};

interface RecorderOptions {
  readonly store: Database;
  readonly clock: Clock;
  readonly run: TakenRun;
  /**
   * Stopped as "cancelled" when that is found in the store (its notice may have been lost), as "lost" when nothing can
   * be written any more: the run is another's, or the store refused. Every later call then rejects with why. Once it is
   * halted, a store that is away is not waited for.
   */
  readonly control: RunControl;
}

/**
 * Writes a run's journal in the background, in order, one statement at a time: what comes up while one is under way goes
 * into the next. A store that is away is waited for.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  #events: TimedEvent[] = [];
  #steps = new Map<number, TimedStep>();
  #report: RunReport | undefined;
  #impact: unknown;
  #dropped = 0;
  #written: number;
  #gathering: AbortController | undefined;
  #writing: Promise<Written | undefined> = Promise.resolve(undefined);
  #fault: unknown;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#written = options.run.written;
  }

  /** A log line or a state, seen by readers within about GATHER_MS. */
  event(event: Omit<JournalEvent, "age">): void {
    if (event.type === "log" && this.#events.length >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    const message = event.message.slice(0, MAX_MESSAGE);
    this.#events.push({ ...event, message, at: this.#options.clock.monotonic() });
    if (!this.#gathering) this.#gather();
  }

  /** The state of a step as it is now. */
  step(step: TimedStep): void {
    this.#steps.set(step.position, step);
  }

  /** What a finished step leaves with the run. */
  result(result: { readonly report?: RunReport | undefined; readonly impact?: unknown }): void {
    this.#report = result.report ?? this.#report;
    this.#impact = result.impact ?? this.#impact;
  }

  /** Resolves when all that was recorded is committed. Rejects with LostRun, or with what the store refused. */
  async settle(): Promise<void> {
    await this.#flush();
  }

  /** Commits the rest and the end of the run, with its job. */
  async end(end: RunEnd): Promise<Written> {
    const written = await this.#flush(end);
    if (!written) throw new LostRun();
    return written;
  }

  #gather(): void {
    const gathering = new AbortController();
    this.#gathering = gathering;
    this.#options.clock.sleep(GATHER_MS, gathering.signal).then(() => {
      if (!gathering.signal.aborted) this.#flush().catch(() => {}); // kept in #fault, and told by the control
    });
  }

  #flush(end?: RunEnd): Promise<Written | undefined> {
    this.#gathering?.abort();
    this.#gathering = undefined;
    const next = this.#writing.then(() => this.#write(end));
    // The chain goes on after a fault; #write then rejects with the same.
    this.#writing = next.catch(() => undefined);
    return next;
  }

  async #write(end: RunEnd | undefined): Promise<Written | undefined> {
    if (this.#fault) throw this.#fault;
    if (!end && this.#events.length === 0 && this.#steps.size === 0) return undefined;
    const { clock } = this.#options;
    const [events, steps, report, impact, dropped] = [
      this.#events,
      this.#steps,
      this.#report,
      this.#impact,
      this.#dropped,
    ];
    this.#events = [];
    this.#steps = new Map();
    this.#report = this.#impact = undefined;
    this.#dropped = 0;
    if (dropped > 0) {
      const message = `${dropped} log lines were left out here.`;
      events.push({ type: "log", level: "warn", message, at: clock.monotonic() });
    }
    try {
      return await this.#send((now) => ({
        events: events.map(({ at, ...event }) => ({ ...event, age: now - at })),
        steps: [...steps.values()].map(({ startedAt, finishedAt, ...step }) => ({
          ...step,
          startedAge: now - startedAt,
          finishedAge: finishedAt === null ? null : now - finishedAt,
        })),
        report,
        impact,
        end,
      }));
    } catch (error) {
      this.#fault = error;
      this.#options.control.stop("lost");
      throw error;
    }
  }

  async #send(entryAt: (now: number) => Parameters<typeof writeJournal>[3]): Promise<Written> {
    const { store, clock, run, control } = this.#options;
    for (let delay = RETRY_MS.first; ; delay = Math.min(delay * 2, RETRY_MS.most)) {
      const entry = entryAt(clock.monotonic());
      try {
        const written = await writeJournal(store, run, this.#written, entry);
        if (!written) throw new LostRun();
        this.#written += entry.events.length;
        if (written.cancel) control.stop("cancelled");
        return written;
      } catch (error) {
        if (!isPassing(error) || control.halted) throw error;
        await clock.sleep(delay);
      }
    }
  }
}

/** Faults of the connection pass. */
function isPassing(error: unknown): boolean {
  return error instanceof AppError && (error.code === "unavailable" || error.code === "timeout");
}
