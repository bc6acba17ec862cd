import type { Clock } from "../../clock.ts";
import type { DagsterClient } from "../../dagster/client.ts";
import type { ExecutionTag as Tag } from "../../dagster/documents.ts";
import { DagsterFault } from "../../dagster/fault.ts";
import { type FollowEnd, type FollowOptions, follow, resultText } from "../../dagster/follow.ts";
import { launch, mayHaveMade, terminate } from "../../dagster/runs.ts";
import { BEGINNING, type Standing, standingFrom } from "../../dagster/standing.ts";
import { type Purpose, stepTags, tagsOf } from "../../dagster/tags.ts";
import { type DagsterTarget, runPage } from "../../dagster/target.ts";
import { AppError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { Patience } from "../../outside/patience.ts";
import { seconds } from "../../seconds.ts";
import { CANCEL_MS, MAX_OUTPUT_BYTES, type StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";
import type { DagsterOutput } from "./dagster.ts";
import { APPEAR_MS, endRuns } from "./dagster-end.ts";
import { endOthersUntil, settleOn, tidyAfter } from "./dagster-once.ts";

const LOOK_MS = 500;
const NEVER = new AbortController().signal;
/** Of the step's output, what is not the result. */
const FRAME_BYTES = 4096;

interface Options {
  readonly target: DagsterTarget;
  readonly clock: Clock;
  readonly client: DagsterClient;
  readonly log: Logger;
  readonly context: StepContext<Outputs>;
  readonly purpose: Omit<Purpose, "launch">;
  /** The run configuration. */
  readonly config: object;
  /** Besides those that it is found by. */
  readonly tags: readonly Tag[];
}

/** The run of Dagster that belongs to one step of a run of ours, from wherever it is to its end. */
export class DagsterRun {
  readonly #options: Options;
  readonly #patience: Patience;
  readonly #outOfTimeAt: number;
  #standing: Standing;
  /** Until then a run that nobody knows of may still appear. */
  #lookUntil = 0;

  constructor(options: Options) {
    const { clock, context, target } = options;
    this.#options = options;
    this.#patience = new Patience("Dagster", clock, context.log);
    this.#outOfTimeAt = clock.monotonic() + target.timeoutMs;
    const kept = standingFrom(context.kept());
    this.#standing = kept ?? BEGINNING;
    // Whoever began it may have died between asking for the launch and keeping that.
    const unsure = kept ? kept.asked : context.run.attempt > 1;
    if (unsure && this.#standing.runId === null) this.#lookUntil = clock.monotonic() + APPEAR_MS;
  }

  /** Resolves to what the run gave; rejects with why it failed, the run ended there too. */
  async toItsEnd(): Promise<DagsterOutput> {
    const { context, target } = this.#options;
    try {
      for (;;) {
        const run = this.#standing.runId ?? (await this.#findOrLaunch());
        const { end, standing } = await this.#alone(run, () =>
          follow(run, this.#standing, this.#following()),
        );
        this.#standing = standing;
        if (end.kind !== "silent") return await this.#outcome(run, end);
        const silence = seconds(target.silenceMs);
        const told = `Dagster's run said nothing for ${silence}, so it was ended there: ${runPage(target, run)}`;
        await this.#end(run);
        if (standing.launch > target.retries) throw new AppError("timeout", told);
        context.log("warn", `${told} Launching it again: ${standing.launch} of ${target.retries}.`);
        this.#keep({ ...BEGINNING, launch: standing.launch + 1 });
      }
    } catch (error) {
      if (error instanceof OutOfTime) await this.#endAll();
      throw error;
    }
  }

  async #findOrLaunch(): Promise<string> {
    const { clock, context } = this.#options;
    const { signal } = context;
    const purpose = { ...this.#options.purpose, launch: this.#standing.launch };
    const tags = tagsOf(purpose);
    for (;;) {
      this.#inTime();
      let asked = false;
      try {
        const found = await settleOn(tags, this.#options, signal);
        if (found !== null) return this.#begun(found, "Found");
        if (clock.monotonic() < this.#lookUntil) {
          await clock.sleep(LOOK_MS, signal);
          continue;
        }
        this.#keep({ ...this.#standing, asked: true, note: "launching" });
        // As late as can be: whoever was frozen since its look must not launch beside the one that took over.
        await context.settle();
        if (signal.aborted) throw signal.reason;
        asked = true;
        const runId = await this.#launch(tags);
        // A launch that was thought lost, or another worker's, may have made one meanwhile.
        return this.#begun((await settleOn(tags, this.#options, signal)) ?? runId, "Launched");
      } catch (error) {
        if (asked) this.#lookUntil = clock.monotonic() + (mayHaveMade(error) ? APPEAR_MS : 0);
        await this.#patience.wait(error, false, signal);
      }
    }
  }

  /** Resolves to the new run. Once it was asked for, it is seen to also when the step is stopped. */
  async #launch(tags: readonly Tag[]): Promise<string> {
    const { client, context, target, config } = this.#options;
    const { signal } = context;
    const launching = launch(client, target, config, [...tags, ...this.#options.tags], NEVER);
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return (await Promise.race([launching, stopped.promise])).runId;
    } finally {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) void tidyAfter(launching, tags, this.#options);
    }
  }

  /** Does `work` with a run, and ends what else was launched for the step, should a worker that was thought dead have done that. */
  async #alone<Result>(run: string, work: () => Promise<Result>): Promise<Result> {
    const { context, purpose } = this.#options;
    if (context.run.attempt === 1 && this.#lookUntil === 0) return await work();
    const done = new AbortController();
    const tags = tagsOf({ ...purpose, launch: this.#standing.launch });
    const watching = endOthersUntil(done.signal, context.signal, tags, run, this.#options);
    try {
      return await work();
    } finally {
      done.abort();
      await watching;
    }
  }

  #begun(runId: string, how: "Found" | "Launched"): string {
    const { context, target } = this.#options;
    const link = runPage(target, runId);
    this.#patience.answered();
    context.log("info", `${how} the job ${target.job} in Dagster: ${link}`);
    this.#keep({ ...this.#standing, asked: true, runId, link, note: "launched" });
    return runId;
  }

  #keep(standing: Standing): void {
    this.#standing = standing;
    this.#options.context.keep(standing);
  }

  #following(): FollowOptions {
    const { client, target, clock, context, log } = this.#options;
    return {
      client,
      target,
      clock,
      patience: this.#patience,
      signal: context.signal,
      log: context.log,
      keep: (standing) => this.#keep(standing),
      debug: (message) => log.debug({ run: context.run.id }, message),
      inTime: () => this.#inTime(),
    };
  }

  async #outcome(run: string, end: Exclude<FollowEnd, { kind: "silent" }>): Promise<DagsterOutput> {
    const { context, target } = this.#options;
    const link = runPage(target, run);
    if (end.kind === "gone")
      throw new AppError("not_found", `Dagster does not know its run any more: ${link}`);
    if (end.status === "CANCELED")
      throw new AppError("conflict", `Dagster's run was cancelled there: ${link}`);
    if (end.status !== "SUCCESS") {
      const { reason } = this.#standing;
      throw new AppError("unavailable", `Dagster's run failed: ${reason ?? "it gave no reason."} ${link}`);
    }
    const text = await resultText(run, this.#following());
    const bytes = Buffer.byteLength(text ?? "");
    if (bytes > MAX_OUTPUT_BYTES - FRAME_BYTES) {
      const most = MAX_OUTPUT_BYTES - FRAME_BYTES;
      throw new AppError(
        "too_large",
        `The result of Dagster's run takes ${bytes} bytes; ${most} are allowed. ${link}`,
      );
    }
    context.log(
      "info",
      text === null ? "Dagster's run gave no result." : "Took over the result of Dagster's run.",
    );
    const result: unknown = text === null ? null : JSON.parse(text);
    return { runId: run, link, note: this.#standing.note ?? "success", result };
  }

  /** The step's time is over: also a run whose launch was not answered must not go on. */
  async #endAll(): Promise<void> {
    const { client, clock, context, purpose } = this.#options;
    const { asked, runId } = this.#standing;
    if (!asked) return;
    if (runId !== null) return this.#end(runId);
    const late = new AbortController();
    const done = new AbortController();
    clock.sleep(CANCEL_MS, done.signal).then(() => late.abort());
    const why = await endRuns({ client, clock, tags: stepTags(purpose), run: null, signal: late.signal });
    done.abort();
    if (why !== null) context.log("warn", `A run in Dagster may have been made and go on: ${why}`);
  }

  /** Marks a run that is given up as ended; what Dagster then says to it is no fault of the step. */
  async #end(run: string): Promise<void> {
    const { client, context } = this.#options;
    try {
      await terminate(client, run, "at once", context.signal);
    } catch (error) {
      if (context.signal.aborted || !(error instanceof DagsterFault)) throw error;
      context.log("warn", `${error.message} It was asked to end its run.`);
    }
  }

  #inTime(): void {
    const { clock, target, context } = this.#options;
    if (context.signal.aborted) throw context.signal.reason;
    if (clock.monotonic() < this.#outOfTimeAt) return;
    const { link } = this.#standing;
    const where = link === null ? "Dagster did not begin it." : `Its run there was ended: ${link}`;
    throw new OutOfTime("timeout", `Not done within ${seconds(target.timeoutMs)}. ${where}`);
  }
}

class OutOfTime extends AppError {}
