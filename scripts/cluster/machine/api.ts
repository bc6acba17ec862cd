import { readFileSync } from "node:fs";
import { AppError } from "../../../service/errors.ts";

/** The API server, by the kubeconfig that this harness wrote (JSON, one context). */
export interface Api {
  /** AppError "unavailable" for any answer but a good one. */
  get(path: string): Promise<unknown>;
  /** A JSON merge patch (RFC 7386). */
  patch(path: string, body: unknown): Promise<unknown>;
}

const ANSWER_MS = 10_000;

/** Opens the API server of a kubeconfig of credentials.ts. */
export function openApi(kubeconfig: string): Api {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: [{ cluster: { server: string; "certificate-authority": string } }];
    users: [{ user: { token: string } }];
  };
  const { server, "certificate-authority": authority } = clusters[0].cluster;
  const ca = readFileSync(authority, "utf8");
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${server}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${users[0].user.token}`, ...init.headers },
      signal: AbortSignal.timeout(ANSWER_MS),
      tls: { ca },
    });
    const text = await answer.text();
    if (answer.ok) return text.startsWith("{") ? (JSON.parse(text) as unknown) : text;
    throw new AppError(
      "unavailable",
      `${init.method ?? "GET"} ${path} was answered with ${answer.status}: ${text}`,
    );
  };
  return {
    get: (path) => ask(path),
    patch: (path, body) =>
      ask(path, {
        method: "PATCH",
        body: JSON.stringify(body),
        headers: { "content-type": "application/merge-patch+json" },
      }),
  };
}
