import { AppError } from "../errors.ts";
import { seconds } from "../seconds.ts";
import type { EngineOptions } from "./engine.ts";
import { LostRun, type Recorder } from "./recorder.ts";
import { CANCEL_MS, MAX_OUTPUT_BYTES, type Step, type StepContext, type StepResult } from "./workflow.ts";

export type AnyStep = Step<Record<string, unknown>, string>;

export interface StepRunState {
  readonly outputs: Map<string, unknown>;
  readonly failures: Map<string, string>;
  /** What steps kept, by their names. */
  readonly kept: Map<string, unknown>;
}

/** One step with its tries. */
export class StepRun {
  readonly #options: EngineOptions<Record<string, unknown>>;
  readonly #recorder: Recorder;
  readonly #step: AnyStep;
  readonly #position: number;
  readonly #state: StepRunState;
  #attempt: number;
  #startedAt = 0;

  constructor(
    options: EngineOptions<Record<string, unknown>>,
    recorder: Recorder,
    step: AnyStep,
    position: number,
    attempt: number,
    state: StepRunState,
  ) {
    this.#options = options;
    this.#recorder = recorder;
    this.#step = step;
    this.#position = position;
    this.#attempt = attempt;
    this.#state = state;
  }

  async execute(): Promise<"cancelled" | "released" | { readonly error?: string }> {
    const { clock, metrics } = this.#options;
    const step = this.#step;
    const stop = this.#options.control.signal;
    this.#startedAt = clock.monotonic();
    for (let tried = 1; ; tried += 1) {
      this.#attempt += 1;
      this.#note("running", tried === 1 ? "Started." : `Try ${tried} of ${step.retries + 1}.`);
      let error: unknown;
      try {
        const result = await this.#try(stop);
        this.#finish(result);
        metrics.stepSeconds.observe({ step: step.name }, (clock.monotonic() - this.#startedAt) / 1000);
        return {};
      } catch (thrown) {
        error = thrown;
      }
      if (stop.aborted) return await this.#stopped();
      const message = messageOf(error);
      if (tried > step.retries || !mayRetry(step, error)) {
        this.#note("failed", message, { error: message });
        metrics.stepSeconds.observe({ step: step.name }, (clock.monotonic() - this.#startedAt) / 1000);
        return { error: message };
      }
      const pause = step.backoffMs * 2 ** (tried - 1);
      this.#log("warn", `${message} Trying again in ${seconds(pause)}.`);
      await clock.sleep(pause, stop);
      if (stop.aborted) return await this.#stopped();
    }
  }

  /** Ends what the step began outside, and notes it as cancelled. */
  async cancel(): Promise<void> {
    const { clock } = this.#options;
    if (this.#startedAt === 0) this.#startedAt = clock.monotonic();
    if (this.#step.cancel) {
      const late = new AbortController();
      const done = new AbortController();
      const waited = clock.sleep(CANCEL_MS, done.signal).then(() => late.abort());
      const log: StepContext<never>["log"] = (level, message) => {
        if (!late.signal.aborted) this.#log(level, message);
      };
      const work = this.#step.cancel(this.#context(late.signal, log));
      await Promise.race([
        work.catch((error: unknown) => log("warn", `Not ended outside: ${messageOf(error)}`)),
        waited,
      ]);
      done.abort();
    }
    this.#note("cancelled", "Cancelled.");
  }

  async #stopped(): Promise<"cancelled" | "released"> {
    const { control } = this.#options;
    if (control.lost) throw new LostRun();
    if (control.cancelled) {
      await this.cancel();
      return "cancelled";
    }
    this.#note("pending", "Handed back before its end.");
    return "released";
  }

  /** One try; settles at once when stopped or out of time, whatever the step does. */
  async #try(stop: AbortSignal): Promise<StepResult<unknown>> {
    const { clock, elsewhere } = this.#options;
    const step = this.#step;
    const { signal, end, aborted, release } = linked(stop);
    const done = new AbortController();
    const timeout = clock.sleep(step.timeoutMs, done.signal).then(() => {
      if (!done.signal.aborted) end(new AppError("timeout", `Not done within ${seconds(step.timeoutMs)}.`));
    });
    // A step left behind has no say any more.
    const behind = () => signal.aborted || done.signal.aborted;
    const log: StepContext<never>["log"] = (level, message) => {
      if (!behind()) this.#log(level, message);
    };
    const keep = (value: object) => {
      if (!behind()) this.#keep(value);
    };
    if (step.elsewhere) elsewhere(true);
    try {
      const work = step.run(this.#context(signal, log, keep));
      return await Promise.race([work, aborted]);
    } finally {
      if (step.elsewhere) elsewhere(false);
      done.abort();
      await timeout;
      release();
    }
  }

  #context(
    signal: AbortSignal,
    log: StepContext<never>["log"],
    keep: (value: object) => void = () => {},
  ): StepContext<Record<string, unknown>> {
    const { outputs, failures, kept } = this.#state;
    return {
      run: this.#options.run,
      attempt: this.#attempt,
      signal,
      output: (name: string) => {
        if (!outputs.has(name)) throw new AppError("internal", `The step "${name}" has no output.`);
        return outputs.get(name);
      },
      has: (name: string) => outputs.has(name),
      failure: (name: string) => failures.get(name),
      log,
      kept: (name = this.#step.name) => kept.get(name),
      keep,
      settle: () => this.#recorder.settle(),
    };
  }

  #keep(value: object): void {
    this.#state.kept.set(this.#step.name, value);
    this.#record("running");
  }

  #finish({ output, report, impact }: StepResult<unknown>): void {
    const bytes = Buffer.byteLength(JSON.stringify(output ?? null));
    if (bytes > MAX_OUTPUT_BYTES) {
      throw new AppError("too_large", `Its output takes ${bytes} bytes; ${MAX_OUTPUT_BYTES} are allowed.`);
    }
    this.#state.outputs.set(this.#step.name, output);
    this.#recorder.result({ report, impact });
    this.#note("succeeded", "Done.", { output });
  }

  #note(
    state: "running" | "succeeded" | "failed" | "cancelled" | "pending",
    message: string,
    more: { readonly output?: unknown; readonly error?: string } = {},
  ): void {
    this.#record(state, more);
    this.#recorder.event({ type: "step", step: this.#step.name, state, message });
  }

  #record(
    state: "running" | "succeeded" | "failed" | "cancelled" | "pending",
    more: { readonly output?: unknown; readonly error?: string } = {},
  ): void {
    this.#recorder.step({
      position: this.#position,
      name: this.#step.name,
      state,
      attempt: this.#attempt,
      startedAt: this.#startedAt,
      finishedAt: state === "running" || state === "pending" ? null : this.#options.clock.monotonic(),
      output: more.output ?? this.#state.kept.get(this.#step.name) ?? null,
      error: more.error ?? null,
    });
  }

  #log(level: "info" | "warn" | "error", message: string): void {
    this.#recorder.event({ type: "log", step: this.#step.name, level, message });
  }
}

/** A signal of its own that also aborts with `stop`; `aborted` rejects then. `release` lets go of `stop`. */
function linked(stop: AbortSignal) {
  const own = new AbortController();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => {}); // nobody may be racing any more
  const end = (reason: unknown) => {
    own.abort(reason);
    aborted.reject(reason);
  };
  const stopped = () => end(stop.reason);
  if (stop.aborted) stopped();
  stop.addEventListener("abort", stopped, { once: true });
  const release = () => stop.removeEventListener("abort", stopped);
  return { signal: own.signal, end, aborted: aborted.promise, release };
}

/** What is too large is so again. */
const mayRetry = (step: AnyStep, error: unknown): boolean =>
  !(error instanceof AppError && error.code === "too_large") && step.retryable?.(error) !== false;

/** The most characters of a step's error. */
const MAX_ERROR = 4000;

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const mend = error instanceof AppError && error.mend ? ` ${error.mend}` : "";
  return `${message}${mend}`.slice(0, MAX_ERROR);
}
