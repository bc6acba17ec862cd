import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { KubernetesFault } from "../../kubernetes/fault.ts";
import { type FollowEnd, Following } from "../../kubernetes/follow.ts";
import {
  CONTAINER,
  changeManifest,
  isFor,
  jobManifest,
  jobName,
  type Own,
  type Purpose,
  RESULT_CONTAINER,
  selectorOf,
} from "../../kubernetes/manifest.ts";
import type { V1Pod } from "../../kubernetes/models.ts";
import { MAX_RESULT_BYTES, readResult } from "../../kubernetes/result.ts";
import { BEGINNING, type Standing, standingFrom } from "../../kubernetes/standing.ts";
import { exitCodeOf, hasBegun, type JobEnd, nameOf, overBecause } from "../../kubernetes/state.ts";
import type { JobTarget } from "../../kubernetes/target.ts";
import { Patience } from "../../outside/patience.ts";
import { seconds } from "../../seconds.ts";
import { CANCEL_MS, type StepContext } from "../workflow.ts";
import type { Outputs } from "../workflows/process-schema-change.ts";
import type { JobOutput } from "./job.ts";
import { endJob } from "./job-end.ts";

/** A Job that was made ends by its own deadline; this much later it is given up. */
const MARGIN_MS = 60_000;
/** Of a failed container's log, for the message. */
const LAST = { lines: 10, bytes: 2000 };
/** Our own container in the worker's pod (base/pod.yaml). */
const OWN_CONTAINER = "schemawatch";

interface Options {
  readonly target: JobTarget;
  readonly clock: Clock;
  readonly client: KubernetesClient;
  readonly context: StepContext<Outputs>;
  readonly purpose: Purpose;
  /** What the container is given, as JSON. */
  readonly change: string;
}

/** The Job that belongs to one step of a run of ours, from wherever it is to its end. */
export class JobRun {
  readonly #options: Options;
  readonly #patience: Patience;
  readonly #began: number;
  readonly #namespace: string;
  readonly #name: string;
  #standing: Standing;
  /** Nothing of it goes on. */
  #over = false;

  constructor(options: Options) {
    const { client, clock, context, target, purpose } = options;
    this.#options = options;
    this.#patience = new Patience("Kubernetes", clock, context.log);
    this.#began = clock.monotonic();
    const kept = standingFrom(context.kept()) ?? BEGINNING;
    this.#namespace = kept.namespace ?? target.namespace ?? client.place.namespace;
    this.#name = jobName(purpose);
    this.#standing = { ...kept, namespace: this.#namespace, name: this.#name };
  }

  /** Resolves to what the Job gave; rejects with why it failed, the Job ended or deleted. */
  async toItsEnd(): Promise<JobOutput> {
    const { context } = this.#options;
    try {
      const uid = this.#standing.uid ?? (await this.#findOrMake());
      const end = await new Following(this.#standing, this.#following(uid)).toEnd();
      this.#over = true;
      return await this.#outcome(end);
    } catch (error) {
      if (!context.signal.aborted && !this.#over && this.#standing.asked) await this.#end();
      throw error;
    }
  }

  /** The API server takes only one Job of that name, so a second worker, or a second try, finds the first one's. */
  async #findOrMake(): Promise<string> {
    const { client, context, target, purpose, change } = this.#options;
    const { signal } = context;
    const namespace = this.#namespace;
    for (;;) {
      this.#inTime();
      try {
        const body = jobManifest(target, purpose, await this.#own());
        this.#keep({ ...this.#standing, asked: true, note: `${this.#called}: being made` });
        const made = await client.createJob(namespace, body, signal);
        const job = made ?? (await client.readJob(namespace, this.#name, signal));
        // It went in this very moment.
        if (!job) continue;
        if (!isFor(job, purpose) || job.metadata?.deletionTimestamp) {
          this.#over = true;
          throw new AppError(
            "conflict",
            `There is a Job ${this.#called} that is not this run's, or is being deleted.`,
            {
              mend: "Wait until it is gone, or delete it; then run it again.",
            },
          );
        }
        await client.createConfigMap(namespace, changeManifest(job, change), signal);
        this.#patience.answered();
        context.log("info", `${made ? "Made" : "Found"} the Job ${this.#called} in Kubernetes.`);
        const uid = job.metadata?.uid ?? "";
        this.#keep({ ...this.#standing, uid, note: `${this.#called}: waiting` });
        return uid;
      } catch (error) {
        await this.#patience.wait(error, false, signal);
      }
    }
  }

  /** The worker's own pod says from where our image is to be had. */
  async #own(): Promise<Own> {
    const { client, context } = this.#options;
    const { namespace, pod, account } = client.place;
    const spec = (await client.readPod(namespace, pod, context.signal))?.spec;
    const image = spec?.containers.find(({ name }) => name === OWN_CONTAINER)?.image;
    if (!image) {
      throw new AppError("not_found", `The worker's own pod ${pod} has no container ${OWN_CONTAINER}.`, {
        mend: "The result of a Job is handed over by the same image as the worker's: deploy it as base/ does.",
      });
    }
    return {
      image,
      pullSecrets: spec?.imagePullSecrets?.flatMap(({ name }) => name ?? []) ?? [],
      account: this.#namespace === namespace ? account : null,
    };
  }

  get #called(): string {
    return `${this.#namespace}/${this.#name}`;
  }

  #keep(standing: Standing): void {
    this.#standing = standing;
    this.#options.context.keep(standing);
  }

  #following(uid: string) {
    const { client, clock, context, target, purpose } = this.#options;
    const labels = Object.entries(selectorOf(purpose)).map(([key, value]) => `${key}=${value}`);
    return {
      client,
      clock,
      patience: this.#patience,
      namespace: this.#namespace,
      name: this.#name,
      uid,
      selector: [...labels, `batch.kubernetes.io/controller-uid=${uid}`].join(","),
      startWithinMs: target.startWithinMs,
      signal: context.signal,
      log: context.log,
      keep: (standing: Standing) => this.#keep(standing),
      inTime: () => this.#inTime(),
    };
  }

  async #outcome(followed: FollowEnd): Promise<JobOutput> {
    const { context, target } = this.#options;
    if (followed.kind === "gone") {
      throw new AppError(
        "not_found",
        `The Job ${this.#called} was deleted in the cluster before its end was seen.`,
      );
    }
    const { end, pods } = followed;
    if (!end.succeeded) throw await this.#failure(end, pods);
    const pod = pods.findLast((one) => exitCodeOf(one) === 0);
    if (!pod) {
      throw new AppError(
        "not_found",
        `The Job ${this.#called} succeeded, but its pod is gone, and its result with it.`,
      );
    }
    const log = await this.#logOf(pod, RESULT_CONTAINER, { limitBytes: MAX_RESULT_BYTES + 65_536 });
    const result = readResult(log, this.#called);
    context.log("info", result === null ? "The Job gave no result." : "Took over the result of the Job.");
    return {
      namespace: this.#namespace,
      name: this.#name,
      image: target.image,
      exitCode: 0,
      note: this.#standing.note ?? "succeeded",
      result,
    };
  }

  async #failure({ reason, message }: JobEnd, pods: readonly V1Pod[]): Promise<AppError> {
    if (reason === "DeadlineExceeded") {
      const told = `The Job ${this.#called} was not done within ${seconds(this.#options.target.timeoutMs)}; Kubernetes ended it.`;
      return new AppError("timeout", told);
    }
    const pod = pods.findLast(hasBegun);
    if (!pod) {
      return new AppError("unavailable", `The Job ${this.#called} failed: ${reason}: ${message}`);
    }
    const log = await this.#logOf(pod, CONTAINER, { tailLines: LAST.lines, limitBytes: LAST.bytes });
    const lines = log.toString().trim().split("\n").filter(Boolean);
    const last = lines.length === 0 ? "It wrote no log." : `Its log ended with: ${lines.join(" | ")}`;
    return new AppError(
      "unavailable",
      `The Job ${this.#called} failed: ${overBecause(pod)} of its pod ${nameOf(pod)}. ${last}`,
    );
  }

  async #logOf(
    pod: V1Pod,
    container: string,
    part: { readonly tailLines?: number; readonly limitBytes: number },
  ): Promise<Buffer> {
    const { client, context } = this.#options;
    for (;;) {
      this.#inTime();
      const parts: Uint8Array[] = [];
      try {
        const request = { namespace: this.#namespace, pod: nameOf(pod), container, ...part };
        await client.readLog(request, context.signal, (bytes) => parts.push(bytes));
        this.#patience.answered();
        return Buffer.concat(parts);
      } catch (error) {
        await this.#patience.wait(error, true, context.signal);
      }
    }
  }

  /** What is given up must not go on, or begin later. */
  async #end(): Promise<void> {
    const { client, clock, context, purpose } = this.#options;
    const late = new AbortController();
    const done = new AbortController();
    clock.sleep(CANCEL_MS, done.signal).then(() => late.abort());
    const known = this.#standing.uid !== null;
    const namespace = this.#namespace;
    const why = await endJob({ client, clock, namespace, purpose, known, signal: late.signal });
    done.abort();
    if (why !== null) context.log("warn", `The Job ${this.#called} may go on: ${why}`);
  }

  #inTime(): void {
    const { clock, target, context } = this.#options;
    if (context.signal.aborted) throw context.signal.reason;
    const margin = this.#standing.uid === null ? 0 : MARGIN_MS;
    if (clock.monotonic() < this.#began + target.timeoutMs + margin) return;
    throw new KubernetesFault(
      "wrong",
      "timeout",
      `Not done within ${seconds(target.timeoutMs)}, so the Job ${this.#called} was given up.`,
    );
  }
}
