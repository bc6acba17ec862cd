import type { Clock } from "../clock.ts";
import type { Patience } from "../outside/patience.ts";
import type { KubernetesClient } from "./client.ts";
import { Hindrance } from "./hindrance.ts";
import type { V1Job, V1Pod } from "./models.ts";
import type { Cursor, Standing } from "./standing.ts";
import {
  endOf,
  exitCodeOf,
  hasBegun,
  inOrder,
  isOver,
  type JobEnd,
  lostBecause,
  nameOf,
  overBecause,
} from "./state.ts";
import { tail } from "./tail.ts";

const POLL_MS = 1000;
/** While a log is followed, whose end says more than the next look. */
const CALM_POLL_MS = 3000;
/** For the rest of a log, once its container is over. */
const LOG_END_MS = 10_000;
/** Lines of the container's own that the live log takes; `kubectl logs` has all. */
const MAX_LINES = 2000;

export interface FollowOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The labels that the Job's pods have. */
  readonly selector: string;
  readonly startWithinMs: number;
  readonly signal: AbortSignal;
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Called after the log lines that brought the step there. */
  readonly keep: (standing: Standing) => void;
  /** Throws when the step's time is over. */
  readonly inTime: () => void;
}

/** How it ended: as the Job did, with its pods; or because the Job is gone, or is being deleted by somebody. */
export type FollowEnd =
  | { readonly kind: "ended"; readonly end: JobEnd; readonly pods: readonly V1Pod[] }
  | { readonly kind: "gone" };

interface Tail {
  readonly pod: string;
  readonly done: Promise<void>;
  readonly stop: AbortController;
  ended: boolean;
}

/** Follows a Job from where `standing` is to its end: the log of each pod as lines of ours, each once, and what becomes of them. */
export class Following {
  readonly #options: FollowOptions;
  readonly #hindrance: Hindrance;
  #standing: Standing;
  #tail: Tail | undefined;
  #fault: unknown;

  constructor(standing: Standing, options: FollowOptions) {
    this.#standing = standing;
    this.#options = options;
    this.#hindrance = new Hindrance(options);
  }

  /** Rejects with what the API server refuses, what keeps the pod from beginning for too long, or when the time is over. */
  async toEnd(): Promise<FollowEnd> {
    const { patience, signal, inTime, uid } = this.#options;
    try {
      for (;;) {
        inTime();
        try {
          const { job, pods } = await this.#look();
          if (job === null || job.metadata?.uid !== uid || job.metadata.deletionTimestamp)
            return { kind: "gone" };
          await this.#see(pods, job);
          patience.answered();
          const end = endOf(job);
          this.#note(noteOf(end, pods));
          if (end) return { kind: "ended", end, pods };
        } catch (error) {
          await patience.wait(error, true, signal);
          continue;
        }
        await this.#pause();
      }
    } finally {
      this.#tail?.stop.abort();
    }
  }

  async #look(): Promise<{ job: V1Job | null; pods: readonly V1Pod[] }> {
    const { client, namespace, name, selector, signal } = this.#options;
    // The pods after the Job: what it counts as ended has its last state then.
    const job = await client.readJob(namespace, name, signal);
    return { job, pods: inOrder(await client.listPods(namespace, selector, signal)) };
  }

  /** Takes the logs of the pods in their order, and tells how each ended. */
  async #see(pods: readonly V1Pod[], job: V1Job): Promise<void> {
    const { pod } = this.#standing;
    if (pod !== null && !this.#isTold(pod) && !pods.some((one) => nameOf(one) === pod)) {
      await this.#tailEnd();
      this.#tell(pod, `Its pod ${pod} is gone.`);
    }
    for (const one of pods) {
      if (this.#isTold(nameOf(one))) continue;
      if (hasBegun(one)) {
        this.#hindrance.begun();
        this.#follow(one);
      }
      if (!isOver(one)) {
        if (!hasBegun(one)) await this.#hindrance.look(one, job);
        return;
      }
      if (hasBegun(one)) await this.#tailEnd();
      if (exitCodeOf(one) === 0 && lostBecause(one) === null) return;
      const lost = lostBecause(one) === null ? "ended with" : "was taken away:";
      this.#tell(nameOf(one), `Its pod ${nameOf(one)} ${lost} ${overBecause(one)}`);
      this.#hindrance.begun();
    }
    if (!endOf(job)) await this.#hindrance.look(null, job);
  }

  #isTold(pod: string): boolean {
    return this.#standing.told.includes(pod);
  }

  #tell(pod: string, message: string): void {
    this.#options.log("warn", message.endsWith(".") ? message : `${message}.`);
    this.#keep({ ...this.#standing, told: [...this.#standing.told, pod] });
  }

  /** Begins with the log of this pod, unless it is being followed. */
  #follow(pod: V1Pod): void {
    const name = nameOf(pod);
    if (this.#tail?.pod === name) return;
    this.#tail?.stop.abort();
    const { client, clock, namespace, signal, log } = this.#options;
    const known = this.#standing.pod === name;
    if (!known) {
      log("info", `Its pod ${name} runs on the node ${pod.spec?.nodeName}.`);
      this.#keep({ ...this.#standing, pod: name, cursor: null });
    }
    const stop = new AbortController();
    const abort = () => stop.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const take = (text: string, cursor: Cursor) => {
      if (!stop.signal.aborted) this.#take(text, cursor);
    };
    const cursor = known ? this.#standing.cursor : null;
    const done = tail({ client, clock, namespace, pod: name, cursor, signal: stop.signal, take })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) this.#fault = error;
      })
      .finally(() => {
        signal.removeEventListener("abort", abort);
        following.ended = true;
      });
    const following: Tail = { pod: name, done, stop, ended: false };
    this.#tail = following;
  }

  #take(text: string, cursor: Cursor): void {
    const lines = this.#standing.lines + 1;
    const { log, namespace } = this.#options;
    if (lines <= MAX_LINES) log("info", text);
    else if (lines === MAX_LINES + 1)
      log("warn", `Its further lines: kubectl --namespace ${namespace} logs ${this.#standing.pod}`);
    this.#keep({ ...this.#standing, cursor, lines });
  }

  /** Waits for the rest of the log that is followed. */
  async #tailEnd(): Promise<void> {
    if (!this.#tail) return;
    const done = new AbortController();
    const { clock, log } = this.#options;
    await Promise.race([this.#tail.done, clock.sleep(LOG_END_MS, done.signal)]);
    done.abort();
    if (!this.#tail.ended) log("warn", `The rest of the log of its pod ${this.#tail.pod} could not be read.`);
    this.#tail.stop.abort();
    this.#throwFault();
  }

  async #pause(): Promise<void> {
    const { clock, signal } = this.#options;
    const done = new AbortController();
    const stop = () => done.abort();
    signal.addEventListener("abort", stop, { once: true });
    const follows = this.#tail?.ended === false;
    const sleep = clock.sleep(follows ? CALM_POLL_MS : POLL_MS, done.signal);
    await Promise.race([sleep, ...(follows ? [this.#tail?.done] : [])]);
    signal.removeEventListener("abort", stop);
    done.abort();
    if (signal.aborted) throw signal.reason;
    this.#throwFault();
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  #note(state: string): void {
    const { namespace, name } = this.#options;
    const note = `${namespace}/${name}: ${state}`;
    if (note !== this.#standing.note) this.#keep({ ...this.#standing, note });
  }

  #keep(standing: Standing): void {
    this.#standing = standing;
    this.#options.keep(standing);
  }
}

/** e.g. "running", "failed, exit code 3". */
function noteOf(end: JobEnd | null, pods: readonly V1Pod[]): string {
  const last = pods.at(-1);
  const code = last ? exitCodeOf(last) : null;
  if (end) return `${end.succeeded ? "succeeded" : "failed"}${code === null ? "" : `, exit code ${code}`}`;
  const before = pods.length > 1 ? `, pod ${pods.length}` : "";
  const state = !last || !hasBegun(last) ? "waiting" : isOver(last) ? "ending" : "running";
  return `${state}${before}`;
}
