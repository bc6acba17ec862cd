import { CoreV1ApiRequestFactory } from "@kubernetes/client-node/dist/gen/apis/CoreV1Api.js";
import type { Configuration, RequestContext } from "@kubernetes/client-node/dist/gen/index.js";

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

/** The request for a container's log. The typed API reads a log only whole, and knows no sinceTime, as OpenAPI does not tell of it. */
export async function logRequest(config: Configuration, log: LogRequest): Promise<RequestContext> {
  const { namespace, pod, container, follow, timestamps, sinceTime, tailLines, limitBytes } = log;
  const factory = new CoreV1ApiRequestFactory(config);
  const request = await factory.readNamespacedPodLog(
    pod,
    namespace,
    container,
    follow,
    undefined,
    limitBytes,
    undefined,
    undefined,
    undefined,
    undefined,
    tailLines,
    timestamps,
  );
  if (sinceTime !== undefined) request.setQueryParam("sinceTime", sinceTime);
  return request;
}
