/*
 * The official client's API of Jobs, its models and their serialization, less two things. What it sends requests with: that
 * gives the cluster's own certificate authority to undici, whose place Bun takes with its own fetch, which does not look at
 * it. And its API of everything else: CoreV1Api alone would make the binary 1.5 MB larger, for four requests. Nothing of the
 * package is loaded before this file is, which only a worker that makes Jobs does.
 */
import {
  BatchV1ApiRequestFactory,
  BatchV1ApiResponseProcessor,
} from "@kubernetes/client-node/dist/gen/apis/BatchV1Api.js";
import { ApiException } from "@kubernetes/client-node/dist/gen/apis/exception.js";
import { type Configuration, createConfiguration } from "@kubernetes/client-node/dist/gen/configuration.js";
import {
  HttpMethod,
  type RequestContext,
  ResponseContext,
} from "@kubernetes/client-node/dist/gen/http/http.js";
import { ObjectSerializer } from "@kubernetes/client-node/dist/gen/models/ObjectSerializer.js";
import { ServerConfiguration } from "@kubernetes/client-node/dist/gen/servers.js";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { withDeadline } from "../outside/deadline.ts";
import { faultOf, KubernetesFault } from "./fault.ts";
import type { CoreV1EventList, V1ConfigMap, V1Job, V1Pod, V1PodList } from "./models.ts";
import type { Place } from "./place.ts";

/** The API server itself ends most requests after 60 s. */
const ANSWER_MS = 30_000;
const JSON_TYPE = "application/json";

export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** To its end, as it is written; else what there is now. */
  readonly follow?: boolean;
  /** A time before each line, in nanoseconds. */
  readonly timestamps?: boolean;
  /** From that second on, as RFC 3339. */
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** One API server, asked as the worker's service account. All methods reject with a KubernetesFault, or with the reason of `signal`. */
export class KubernetesClient {
  readonly place: Place;
  readonly #clock: Clock;
  readonly #server: ServerConfiguration<Record<string, string>>;
  readonly #jobs: BatchV1ApiRequestFactory;
  readonly #answers = new BatchV1ApiResponseProcessor();

  constructor(place: Place, clock: Clock) {
    this.place = place;
    this.#clock = clock;
    this.#server = new ServerConfiguration(place.url, {});
    const configuration: Configuration = createConfiguration({ baseServer: this.#server });
    this.#jobs = new BatchV1ApiRequestFactory(configuration);
  }

  /** Null when there is one of that name already. */
  createJob(namespace: string, job: V1Job, signal: AbortSignal): Promise<V1Job | null> {
    return this.#ask(`create the Job ${job.metadata?.name}`, 409, signal, async (send) => {
      const response = await send(await this.#jobs.createNamespacedJob(namespace, job));
      return (await this.#answers.createNamespacedJobWithHttpInfo(response)).data;
    });
  }

  /** Null when there is none. */
  readJob(namespace: string, name: string, signal: AbortSignal): Promise<V1Job | null> {
    return this.#ask(`tell of the Job ${name}`, 404, signal, async (send) => {
      const response = await send(await this.#jobs.readNamespacedJob(name, namespace));
      return (await this.#answers.readNamespacedJobWithHttpInfo(response)).data;
    });
  }

  /** Asks for the end of the Job; it is gone once its pods are. Null when there is none. */
  deleteJob(namespace: string, name: string, signal: AbortSignal): Promise<object | null> {
    return this.#ask(`delete the Job ${name}`, 404, signal, async (send) => {
      const request = await this.#jobs.deleteNamespacedJob(name, namespace);
      request.setQueryParam("propagationPolicy", "Foreground");
      return (await this.#answers.deleteNamespacedJobWithHttpInfo(await send(request))).data;
    });
  }

  /** Null when there is one of that name already. */
  createConfigMap(namespace: string, map: V1ConfigMap, signal: AbortSignal): Promise<V1ConfigMap | null> {
    return this.#ask(`create the ConfigMap ${map.metadata?.name}`, 409, signal, (send) => {
      const request = this.#core(HttpMethod.POST, namespace, "configmaps");
      request.setHeaderParam("Content-Type", JSON_TYPE);
      request.setBody(
        ObjectSerializer.stringify(ObjectSerializer.serialize(map, "V1ConfigMap", ""), JSON_TYPE),
      );
      return read<V1ConfigMap>("V1ConfigMap", send(request));
    });
  }

  async listPods(namespace: string, labelSelector: string, signal: AbortSignal): Promise<V1PodList["items"]> {
    const list = await this.#ask("list the Job's pods", null, signal, (send) =>
      read<V1PodList>("V1PodList", send(this.#core(HttpMethod.GET, namespace, "pods", { labelSelector }))),
    );
    return list?.items ?? [];
  }

  /** Null when there is none. */
  readPod(namespace: string, name: string, signal: AbortSignal): Promise<V1Pod | null> {
    return this.#ask(`tell of the pod ${name}`, 404, signal, (send) =>
      read<V1Pod>("V1Pod", send(this.#core(HttpMethod.GET, namespace, `pods/${name}`))),
    );
  }

  /** What the cluster complains of about one object. */
  async listWarnings(namespace: string, uid: string, signal: AbortSignal): Promise<CoreV1EventList["items"]> {
    const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
    const list = await this.#ask("list the Job's events", null, signal, (send) =>
      read<CoreV1EventList>(
        "CoreV1EventList",
        send(this.#core(HttpMethod.GET, namespace, "events", { fieldSelector })),
      ),
    );
    return list?.items ?? [];
  }

  /** Hands each part of a container's log to `take`, also as it comes; resolves at its end. Null when there is none (any more, or yet). */
  async readLog(
    { namespace, pod, ...query }: LogRequest,
    signal: AbortSignal,
    take: (part: Uint8Array) => void,
  ): Promise<true | null> {
    try {
      // Without a deadline: a container that says nothing is not answered for.
      const request = this.#core(HttpMethod.GET, namespace, `pods/${pod}/log`, query);
      const response = await this.#fetch(request, signal);
      if (response.status === 404 || response.status === 400) return null;
      if (!response.ok)
        throw faultOf(response.status, await response.text(), `give the log of the pod ${pod}`);
      for await (const part of response.body ?? []) take(part);
      return true;
    } catch (error) {
      throw this.#lost(error, signal);
    }
  }

  /** A request for something of the API's core group. */
  #core(
    method: (typeof HttpMethod)["GET" | "POST"],
    namespace: string,
    path: string,
    query: object = {},
  ): RequestContext {
    const request = this.#server.makeRequestContext(`/api/v1/namespaces/${namespace}/${path}`, method);
    for (const [name, value] of Object.entries(query)) request.setQueryParam(name, String(value));
    return request;
  }

  /** Resolves to null for an answer of the status `none`. */
  async #ask<T>(
    what: string,
    none: number | null,
    signal: AbortSignal,
    work: (send: (request: RequestContext) => Promise<ResponseContext>) => Promise<T>,
  ): Promise<T | null> {
    return withDeadline(this.#clock, ANSWER_MS, signal, async (own, late) => {
      try {
        return await work(async (request) => {
          const response = await this.#fetch(request, own);
          const body = Buffer.from(await response.arrayBuffer());
          return new ResponseContext(response.status, Object.fromEntries(response.headers), {
            text: async () => body.toString(),
            binary: async () => body,
            stream: () => null,
          });
        });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (late()) {
          const told = `Kubernetes did not ${what} within ${ANSWER_MS / 1000} s.`;
          throw new KubernetesFault("away", "timeout", told);
        }
        if (!(error instanceof ApiException)) throw this.#lost(error, signal);
        if (error.code === none) return null;
        throw faultOf(error.code, error.body, what);
      }
    });
  }

  #lost(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof AppError) return error;
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    const told = `The API server of Kubernetes at ${new URL(this.place.url).host} cannot be reached${code}.`;
    return new KubernetesFault("away", "unavailable", told, { cause: error });
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

/** The answer as a model of the client's; an ApiException, as its own API throws, when it is none. */
async function read<T>(model: string, answer: Promise<ResponseContext>): Promise<T> {
  const { httpStatusCode, headers, body } = await answer;
  const text = await body.text();
  if (httpStatusCode >= 300) throw new ApiException(httpStatusCode, "refused", text, headers);
  return ObjectSerializer.deserialize(ObjectSerializer.parse(text, JSON_TYPE), model, "") as T;
}
