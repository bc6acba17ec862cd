import { OutsideFault } from "../outside/fault.ts";

/** Why the API server did not do what it was asked. */
export class KubernetesFault extends OutsideFault {}

/** What the API server says of itself in a refusal (meta/v1 Status). */
interface Status {
  readonly message?: string;
  readonly reason?: string;
}

/**
 * The fault that an answer of the API server stands for; `what` is what it was asked, e.g. "create the Job x".
 * https://github.com/kubernetes/community/blob/main/contributors/devel/sig-architecture/api-conventions.md#http-status-codes
 */
export function faultOf(code: number, body: unknown, what: string): KubernetesFault {
  const { message } = statusOf(body);
  const said = `Kubernetes did not ${what} (${code})${message ? `: ${message.slice(0, 2000)}` : "."}`;
  switch (code) {
    case 401:
      return new KubernetesFault("refused", "unauthorized", said, {
        mend: "The worker's service account token is not taken: look at its pod and its service account.",
      });
    case 403:
      return new KubernetesFault("wrong", "forbidden", said, {
        mend: "The component kubernetes-jobs grants the worker what it needs; a quota or a policy is the cluster's own.",
      });
    case 404:
      return new KubernetesFault("wrong", "not_found", said);
    case 409:
      return new KubernetesFault("wrong", "conflict", said);
    default:
      return code === 408 || code === 429 || code >= 500
        ? new KubernetesFault("away", "unavailable", said)
        : new KubernetesFault("wrong", "invalid", said);
  }
}

function statusOf(body: unknown): Status {
  if (typeof body === "object" && body !== null) return body;
  try {
    const parsed: unknown = JSON.parse(String(body));
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return typeof body === "string" ? { message: body.trim() } : {};
  }
}
