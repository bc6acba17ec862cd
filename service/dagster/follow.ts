import type { Clock } from "../clock.ts";
import type { Patience } from "../outside/patience.ts";
import type { DagsterClient } from "./client.ts";
import type { RunEventFragment as RunEvent, RunStatus } from "./documents.ts";
import { lineOf, reasonOf, resultOf } from "./events.ts";
import { DagsterFault } from "./fault.ts";
import { LiveEvents } from "./live.ts";
import { hasEnded, type RunPage, readOn } from "./runs.ts";
import type { Standing } from "./standing.ts";
import type { DagsterTarget } from "./target.ts";

/** Lines of the job's own that the live log takes; its page in Dagster has all. */
const MAX_LINES = 2000;

/** How following ended: with the run's end, or because it said nothing for too long, or is not known there any more. */
export type FollowEnd =
  | { readonly kind: "ended"; readonly status: RunStatus }
  | { readonly kind: "silent" }
  | { readonly kind: "gone" };

export interface FollowOptions {
  readonly client: DagsterClient;
  readonly target: DagsterTarget;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Called after the log lines that brought the step there. */
  readonly keep: (standing: Standing) => void;
  /** How it is followed, for whoever looks after the service. */
  readonly debug: (message: string) => void;
  /** Throws when the step's time is over. */
  readonly inTime: () => void;
}

/** Follows a run from where `standing` is to its end, its events as lines of our log, each once. */
export async function follow(
  run: string,
  begin: Standing,
  options: FollowOptions,
): Promise<{ readonly end: FollowEnd; readonly standing: Standing }> {
  const { target, clock, debug } = options;
  const live = new LiveEvents({ target, run, clock, debug });
  try {
    return await followWith(live, run, begin, options);
  } finally {
    live.close();
  }
}

async function followWith(
  live: LiveEvents,
  run: string,
  begin: Standing,
  options: FollowOptions,
): ReturnType<typeof follow> {
  const { client, target, clock, patience, signal, keep, inTime, debug } = options;
  let standing = begin;
  let heard = clock.monotonic();
  let ended = false;
  const events = { asked: 0, told: 0 };
  const take = (page: Omit<RunPage, "hasMore">) => {
    for (const event of page.events) standing = told(event, standing, options);
    const note = noteOf(page, standing);
    if (page.cursor === standing.cursor && note === standing.note) return;
    standing = { ...standing, cursor: page.cursor, note };
    keep(standing);
  };
  for (;;) {
    inTime();
    let page: RunPage | null;
    try {
      page = await readOn(client, run, standing.cursor, signal);
    } catch (error) {
      await patience.wait(error, true, signal);
      // Nobody knows what it said meanwhile.
      heard = clock.monotonic();
      continue;
    }
    patience.answered();
    if (page === null) return { end: { kind: "gone" }, standing };
    take(page);
    events.asked += page.events.length;
    const now = clock.monotonic();
    // One that waits for its turn has nothing to say.
    if (page.events.length > 0 || page.status === "QUEUED") heard = now;
    if (page.hasMore) continue;
    if (hasEnded(page.status)) {
      // The last events may have come between the two answers.
      if (ended) {
        debug(`Of the run ${run}, ${events.told} events were told and ${events.asked} asked for.`);
        return { end: { kind: "ended", status: page.status }, standing };
      }
      ended = true;
      continue;
    }
    if (now - heard >= target.silenceMs) return { end: { kind: "silent" }, standing };
    // One that waits for its turn may do so for hours.
    if (page.status !== "QUEUED") live.at(standing.cursor);
    for (let silent = false; !silent; ) {
      inTime();
      const news = await live.next(signal);
      if (signal.aborted) throw signal.reason;
      for (const one of news) {
        take({ ...one, status: page.status });
        events.told += one.events.length;
        heard = clock.monotonic();
      }
      // What concerns the run as a whole may have changed its state.
      silent = news.length === 0 || news.some((one) => one.events.some(isOfTheRun));
    }
  }
}

const isOfTheRun = ({ eventType }: RunEvent): boolean => eventType?.startsWith("RUN_") ?? false;

function told(event: RunEvent, standing: Standing, { log }: FollowOptions): Standing {
  const line = lineOf(event);
  if (!line) return standing;
  const { eventType, stepKey } = event;
  const own = eventType === null;
  const done = standing.done + (eventType === "STEP_SUCCESS" ? 1 : 0);
  const failure =
    eventType === "STEP_FAILURE"
      ? `${stepKey}: ${reasonOf(event)}`
      : eventType === "RUN_FAILURE"
        ? reasonOf(event)
        : null;
  const lines = standing.lines + (own ? 1 : 0);
  if (!own || lines <= MAX_LINES) log(line.level, line.message);
  else if (lines === MAX_LINES + 1)
    log("warn", `The job's further lines are on Dagster's page: ${standing.link}`);
  return { ...standing, done, lines, reason: standing.reason ?? failure };
}

/** e.g. "started, 2 steps done, in classify". */
function noteOf({ status, events }: Pick<RunPage, "status" | "events">, { done, note }: Standing): string {
  const last = events.findLast(({ eventType }) => eventType === "STEP_START" || eventType === "STEP_SUCCESS");
  const before = /, in (.+)$/.exec(note ?? "")?.[1];
  const step = last === undefined ? before : last.eventType === "STEP_START" ? last.stepKey : undefined;
  const counted = done === 0 ? "" : `, ${done} step${done === 1 ? "" : "s"} done`;
  const where = step && !hasEnded(status) ? `, in ${step}` : "";
  return `${status.toLowerCase().replace("_", " ")}${counted}${where}`;
}

/** The run's result, the last one it gave, as JSON; null when it gave none. */
export async function resultText(run: string, options: FollowOptions): Promise<string | null> {
  const { client, patience, signal, inTime } = options;
  let result: string | null = null;
  for (let cursor: string | null = null; ; ) {
    inTime();
    let page: RunPage | null;
    try {
      page = await readOn(client, run, cursor, signal);
    } catch (error) {
      await patience.wait(error, true, signal);
      continue;
    }
    patience.answered();
    if (page === null)
      throw new DagsterFault("wrong", "not_found", `Dagster does not know the run ${run} any more.`);
    for (const event of page.events) result = resultOf(event) ?? result;
    if (!page.hasMore) return result;
    cursor = page.cursor;
  }
}
