/*
 * The official client's typed API, less what it sends requests with: that gives the cluster's own certificate authority to
 * undici, whose place Bun takes with its own fetch, which does not look at it. Nothing of the package is loaded before this
 * file is, which only a worker that makes Jobs does.
 */
import {
  ApiException,
  BatchV1Api,
  type Configuration,
  CoreV1Api,
  type CoreV1Event,
  createConfiguration,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  type V1ConfigMap,
  type V1Job,
  type V1Pod,
  wrapHttpLibrary,
} from "@kubernetes/client-node/dist/gen/index.js";
import type { Clock } from "../clock.ts";
import { withDeadline } from "../outside/deadline.ts";
import { faultOf, KubernetesFault } from "./fault.ts";
import { type LogRequest, logRequest } from "./log-request.ts";
import type { Place } from "./place.ts";

/** The API server itself ends most requests after 60 s. */
const ANSWER_MS = 30_000;

/** One API server, asked as the worker's service account. All methods reject with a KubernetesFault, or with the reason of `signal`. */
export class KubernetesClient {
  readonly place: Place;
  readonly #clock: Clock;

  constructor(place: Place, clock: Clock) {
    this.place = place;
    this.#clock = clock;
  }

  /** Null when there is one of that name already. */
  createJob(namespace: string, body: V1Job, signal: AbortSignal): Promise<V1Job | null> {
    const what = `create the Job ${body.metadata?.name}`;
    return this.#ask(what, signal, (config) =>
      orNull(409, new BatchV1Api(config).createNamespacedJob({ namespace, body })),
    );
  }

  /** Null when there is none. */
  readJob(namespace: string, name: string, signal: AbortSignal): Promise<V1Job | null> {
    return this.#ask(`tell of the Job ${name}`, signal, (config) =>
      orNull(404, new BatchV1Api(config).readNamespacedJob({ namespace, name })),
    );
  }

  /** Asks for the end of the Job; it is gone once its pods are. Null when there is none. */
  deleteJob(namespace: string, name: string, signal: AbortSignal): Promise<object | null> {
    return this.#ask(`delete the Job ${name}`, signal, (config) =>
      orNull(
        404,
        new BatchV1Api(config).deleteNamespacedJob({ namespace, name, propagationPolicy: "Foreground" }),
      ),
    );
  }

  /** Null when there is one of that name already. */
  createConfigMap(namespace: string, body: V1ConfigMap, signal: AbortSignal): Promise<V1ConfigMap | null> {
    const what = `create the ConfigMap ${body.metadata?.name}`;
    return this.#ask(what, signal, (config) =>
      orNull(409, new CoreV1Api(config).createNamespacedConfigMap({ namespace, body })),
    );
  }

  listPods(namespace: string, labelSelector: string, signal: AbortSignal): Promise<readonly V1Pod[]> {
    return this.#ask("list the Job's pods", signal, async (config) => {
      return (await new CoreV1Api(config).listNamespacedPod({ namespace, labelSelector })).items;
    });
  }

  readPod(namespace: string, name: string, signal: AbortSignal): Promise<V1Pod | null> {
    return this.#ask(`tell of the pod ${name}`, signal, (config) =>
      orNull(404, new CoreV1Api(config).readNamespacedPod({ namespace, name })),
    );
  }

  /** What the cluster complains of about one object. */
  listWarnings(namespace: string, uid: string, signal: AbortSignal): Promise<readonly CoreV1Event[]> {
    const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
    return this.#ask("list the Job's events", signal, async (config) => {
      return (await new CoreV1Api(config).listNamespacedEvent({ namespace, fieldSelector })).items;
    });
  }

  /** Hands each part of a container's log to `take`, also as it comes; resolves at its end. Null when there is none (any more, or yet). */
  async readLog(
    request: LogRequest,
    signal: AbortSignal,
    take: (part: Uint8Array) => void,
  ): Promise<true | null> {
    const what = `give the log of the pod ${request.pod}`;
    try {
      const asked = await logRequest(this.#configuration(signal), request);
      // Without a deadline: a container that says nothing is not answered for.
      const response = await this.#fetch(asked, signal);
      if (response.status === 404 || response.status === 400) return null;
      if (!response.ok) throw faultOf(response.status, await response.text(), what);
      for await (const part of response.body ?? []) take(part);
      return true;
    } catch (error) {
      throw this.#lost(error, signal);
    }
  }

  async #ask<T>(what: string, signal: AbortSignal, work: (config: Configuration) => Promise<T>): Promise<T> {
    return withDeadline(this.#clock, ANSWER_MS, signal, async (own, late) => {
      try {
        return await work(this.#configuration(own));
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (late()) {
          const told = `Kubernetes did not ${what} within ${ANSWER_MS / 1000} s.`;
          throw new KubernetesFault("away", "timeout", told);
        }
        if (error instanceof ApiException) throw faultOf(error.code, error.body, what);
        throw this.#lost(error, signal);
      }
    });
  }

  #lost(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof KubernetesFault) return error;
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    const told = `The API server of Kubernetes at ${new URL(this.place.url).host} cannot be reached${code}.`;
    return new KubernetesFault("away", "unavailable", told, { cause: error });
  }

  #configuration(signal: AbortSignal): Configuration {
    return createConfiguration({
      baseServer: new ServerConfiguration(this.place.url, {}),
      httpApi: wrapHttpLibrary({
        send: async (request: RequestContext) => {
          const response = await this.#fetch(request, signal);
          const text = await response.text();
          return new ResponseContext(response.status, Object.fromEntries(response.headers), {
            text: async () => text,
            binary: async () => Buffer.from(text),
            stream: () => null,
          });
        },
      }),
    });
  }

  async #fetch(request: RequestContext, signal: AbortSignal): Promise<Response> {
    const { ca } = this.place;
    const token = await this.place.token();
    return fetch(request.getUrl(), {
      method: request.getHttpMethod(),
      headers: { ...request.getHeaders(), authorization: `Bearer ${token}`, "user-agent": "Schemawatch" },
      body: (request.getBody() as string | undefined) ?? null,
      redirect: "manual",
      tls: { ca },
      // Bun's own, which ends what is quiet for five minutes.
      timeout: false,
      signal,
    });
  }
}

async function orNull<T>(code: number, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === code) return null;
    throw error;
  }
}
