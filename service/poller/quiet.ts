import type { GateReading } from "../catalog/gate.ts";
import type { Mark } from "./prepare.ts";
import type { Taken } from "./server-watch.ts";

/**
 * Counters that a session held back come in after 10 s (PGSTAT_IDLE_INTERVAL), before PostgreSQL 15 with its next statement:
 * so long after a database moved, its own gate and row versions are read once more.
 */
const SETTLE_MS = 11_000;
/** Ages and times are told by two clocks, and a statement's counters come in after its end. */
const SLACK_MS = 1000;

/** What the server's gate said of a database before its own gate was read. */
interface Base {
  /** What that reading was compared with: a look that was not handed over leaves none. */
  readonly mark: Mark;
  readonly own: string;
  readonly shared: string;
  readonly began: number;
}

/** Tells from readings of the server's gate whether a database's own gate need not be read. */
export class Quiet {
  #base: Base | null = null;
  #settle = Number.POSITIVE_INFINITY;

  /** Whether nothing can have moved since the database's own gate was read last, as far as a gate can tell. */
  isQuiet({ reading, at }: Taken, mark: Mark): boolean {
    const base = this.#base;
    if (base === null || base.mark !== mark || !isTold(mark.gate, reading) || at >= this.#settle)
      return false;
    const { database } = mark.gate;
    if (reading.shared !== base.shared || reading.databases.get(database) !== base.own) return false;
    const busyMs = (reading.busy.get(database) ?? Number.POSITIVE_INFINITY) * 1000;
    return at - busyMs < base.began - SLACK_MS;
  }

  /** The database's own gate was read at `began`, after `taken`, and what is known is of `mark` now. */
  read(taken: Taken, mark: Mark, began: number): void {
    const own = taken.reading.databases.get(mark.gate.database);
    if (own === undefined || !isTold(mark.gate, taken.reading)) {
      this.#base = null;
      return;
    }
    const moved = this.#base !== null && this.#base.own !== own;
    if (moved) this.#settle = began + SETTLE_MS;
    else if (began >= this.#settle) this.#settle = Number.POSITIVE_INFINITY;
    this.#base = { mark, own, shared: taken.reading.shared, began };
  }
}

/** Whether the reading is of the server of that gate, and counts what moves there. */
function isTold(gate: GateReading, { system, started, recovery, counting }: Taken["reading"]): boolean {
  const isSame = system !== null && system === gate.system && started === gate.started;
  return isSame && !recovery && !gate.recovery && counting;
}
