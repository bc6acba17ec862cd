import type { RunReport, TakenRun } from "../store/journal.ts";

/** What a step gives back: its output, kept in the journal for the steps after it and for another worker. */
export interface StepResult<Output> {
  /** JSON; at most MAX_OUTPUT_BYTES of it. */
  readonly output: Output;
  /** The run's result, kept with the run from this step on. */
  readonly report?: RunReport;
  /** Kept with the run's change. */
  readonly impact?: unknown;
}

export interface StepContext<Outputs> {
  readonly run: TakenRun;
  /** 1 for the first try of this step. */
  readonly attempt: number;
  /** Aborts when the run is cancelled, the step's time is over, or the worker must stop. A step that goes on all the same is left behind. */
  readonly signal: AbortSignal;
  /** Output of an earlier step; an error of ours when that step has none. */
  output<Name extends keyof Outputs>(name: Name): Outputs[Name];
  /** Whether an earlier step has an output: it did not fail, and the run's database has it. */
  has(name: keyof Outputs): boolean;
  /** The message of an earlier step that failed without ending the run. */
  failure(name: keyof Outputs): string | undefined;
  /** A line of the live log. */
  log(level: "info" | "warn" | "error", message: string): void;
  /**
   * What an earlier try of this step kept last, also on a worker that died since; of an earlier step, by its name, what
   * it kept before it failed. Undefined when there is nothing.
   */
  kept(name?: keyof Outputs): unknown;
  /** Keeps this (JSON) for a later try, committed together with the log lines before it. */
  keep(value: object): void;
  /**
   * Resolves once all that was logged and kept is committed, as it only is while the run is this worker's: to be awaited
   * right before something outside that must not be done twice. Rejects when the run is another's.
   */
  settle(): Promise<void>;
}

export interface Step<Outputs, Name extends keyof Outputs & string = keyof Outputs & string> {
  readonly name: Name;
  /** Milliseconds for one try. */
  readonly timeoutMs: number;
  /** Further tries after the first, for what `retryable` allows. */
  readonly retries: number;
  /** Milliseconds before the second try; doubled before each further one. */
  readonly backoffMs: number;
  /** Whether another try may help; by default always. */
  retryable?(error: unknown): boolean;
  /**
   * The step reaches outside the store: everything before it is committed first, so that what it tells the world can
   * never change, and a worker that has lost the run does not begin it.
   */
  readonly outside?: boolean;
  /** The run goes on, and can succeed, when this step fails for good. */
  readonly optional?: boolean;
  /** The work is done elsewhere and this step mostly waits for it: meanwhile the run takes none of the worker's places. */
  readonly elsewhere?: boolean;
  /** Names of the databases whose runs have this step, as of when a run is first taken; by default all have it. */
  only?(): readonly string[];
  /**
   * Ends what the step began outside, when its run is cancelled in it; also for a try of a worker that died. The run ends
   * as cancelled after it, or when `signal` aborts, which it does after CANCEL_MS.
   */
  cancel?(context: StepContext<Outputs>): Promise<void>;
  run(context: StepContext<Outputs>): Promise<StepResult<Outputs[Name]>>;
}

/**
 * A named list of steps, run in order, each finished once: a finished step is never run again, also not by another
 * worker after this one died. A step that was not finished may be run again from its start.
 */
export interface Workflow<Outputs> {
  readonly name: string;
  readonly steps: readonly { [Name in keyof Outputs & string]: Step<Outputs, Name> }[keyof Outputs &
    string][];
}

/** The most a step's output may take as JSON. Larger results belong into a table of their own. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Milliseconds that a step has to end what it began outside. */
export const CANCEL_MS = 25_000;

/** The most often that a run is begun. A run that kills its workers must end at some time. */
export const MAX_ATTEMPTS = 20;
