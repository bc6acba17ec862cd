import type { Clock } from "../clock.ts";
import type { AppError } from "../errors.ts";
import { OutsideFault } from "./fault.ts";

const BACKOFF_MS = { first: 500, most: 15_000 };
/** How long what is refused is asked for again: a code location of Dagster that is loaded anew takes some seconds. */
const REFUSED_MS = 20_000;

/** Waits out an engine that is away, and says so once when its state changes. */
export class Patience {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #log: (level: "info" | "warn", message: string) => void;
  /** What was said last; empty when all is well. */
  #said = "";
  #refusedAt: number | undefined;
  #delay = BACKOFF_MS.first;

  /** `name`: the engine's, for the log. */
  constructor(name: string, clock: Clock, log: (level: "info" | "warn", message: string) => void) {
    this.#name = name;
    this.#clock = clock;
    this.#log = log;
  }

  /** It did what it was asked. */
  answered(): void {
    if (this.#said !== "") this.#log("info", `${this.#name} answers again.`);
    this.#said = "";
    this.#refusedAt = undefined;
    this.#delay = BACKOFF_MS.first;
  }

  /**
   * Resolves when it is time to ask again after `error`; rejects with it when asking again does not help. `begun`: a run is
   * under way there, so that also what is refused is waited for.
   */
  async wait(error: unknown, begun: boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof OutsideFault) || error.kind === "wrong") throw error;
    if (error.kind === "refused" && !begun) {
      this.#refusedAt ??= this.#clock.monotonic();
      if (this.#clock.monotonic() - this.#refusedAt >= REFUSED_MS) throw error;
    } else this.#refusedAt = undefined;
    // How exactly a server is not there changes with each attempt to reach it.
    const state = `${error.kind} ${error.code === "timeout" ? "unavailable" : error.code}`;
    if (state !== this.#said) {
      this.#said = state;
      this.#log("warn", `${toldBy(error)} Asking again.`);
    }
    await this.#clock.sleep(this.#delay, signal);
    this.#delay = Math.min(this.#delay * 2, error.kind === "refused" ? 5000 : BACKOFF_MS.most);
  }
}

const toldBy = ({ message, mend }: AppError): string => (mend ? `${message} ${mend}` : message);
