import type { Clock } from "../clock.ts";
import { seconds } from "../seconds.ts";
import type { KubernetesClient } from "./client.ts";
import { KubernetesFault } from "./fault.ts";
import type { V1Job, V1Pod } from "./models.ts";
import { nameOf, type Trouble, troubleOf } from "./state.ts";

/** A pod has begun by then, or has a reason not to. */
const USUAL_MS = 5000;
/** Events that tell of a pod that is not made or not set up. Those of its containers are in its status, and probes fail at first. */
const SETTING_UP = /^Failed(Create|Mount|Attach|Map|Sandbox)/;

interface HindranceOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  readonly startWithinMs: number;
  readonly signal: AbortSignal;
  readonly log: (level: "warn", message: string) => void;
}

/** What keeps a Job's pod from beginning: said once for as long as it stays, and waited for within bounds. */
export class Hindrance {
  readonly #options: HindranceOptions;
  #since: number | undefined;
  #said = "";

  constructor(options: HindranceOptions) {
    this.#options = options;
  }

  /** A pod began, or ended: the next one has its own time. */
  begun(): void {
    this.#since = undefined;
    this.#said = "";
  }

  /** `pod`: the one that has not begun; null when there is none. Rejects with the cluster's words when it takes too long. */
  async look(pod: V1Pod | null, job: V1Job): Promise<void> {
    const { clock, name, namespace, startWithinMs, log } = this.#options;
    const now = clock.monotonic();
    this.#since ??= now;
    const waited = now - this.#since;
    const trouble = (pod && troubleOf(pod)) ?? (waited >= USUAL_MS ? await this.#warning(pod, job) : null);
    const who = pod ? `Its pod ${nameOf(pod)} does not begin` : "It has no pod";
    if (waited >= startWithinMs) {
      const why = trouble?.words ?? "the cluster gives no reason";
      throw new NotBegun(
        "wrong",
        "timeout",
        `The Job ${namespace}/${name} did not begin within ${seconds(startWithinMs)}: ${why}`,
      );
    }
    if (!trouble || trouble.sort === this.#said) return;
    this.#said = trouble.sort;
    log("warn", `${who}: ${trouble.words}`);
  }

  /** What Kubernetes last complained of about the pod, or of making one: a quota, a policy, a volume. */
  async #warning(pod: V1Pod | null, job: V1Job): Promise<Trouble | null> {
    const { client, namespace, signal } = this.#options;
    const { uid = "" } = (pod ?? job).metadata ?? {};
    const warnings = await client.listWarnings(namespace, uid, signal);
    const last = warnings
      .filter(({ reason = "" }) => SETTING_UP.test(reason))
      .map(({ reason = "", message = "", lastTimestamp, eventTime, metadata }) => ({
        sort: reason,
        words: `${reason}: ${message}`,
        at: (lastTimestamp ?? eventTime ?? metadata.creationTimestamp)?.getTime() ?? 0,
      }))
      .sort((one, other) => one.at - other.at)
      .at(-1);
    return last ?? null;
  }
}

/** The Job is to be deleted, so that nothing of it begins later. */
export class NotBegun extends KubernetesFault {}
