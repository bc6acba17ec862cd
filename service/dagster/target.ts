/** The job that processes the changes of a database, as databases.yaml names it (config/dagster-section.ts). */
export interface DagsterTarget {
  /** Of the web server, without a slash at its end; https or http. */
  readonly url: string;
  /** Never logged, stored or shown. */
  readonly token: string | null;
  readonly location: string;
  readonly repository: string;
  readonly job: string;
  /** Milliseconds without an event after which a run that has begun counts as forgotten. */
  readonly silenceMs: number;
  /** Milliseconds for all of it, waiting for Dagster included. */
  readonly timeoutMs: number;
  /** Further launches after a run that was forgotten. */
  readonly retries: number;
}

/** The headers that let us in: a proxy before Dagster takes the first, Dagster+ the second. */
export function authorisation({ token }: Pick<DagsterTarget, "token">): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}`, "dagster-cloud-api-token": token };
}

/** Dagster's own page of a run. */
export function runPage(target: Pick<DagsterTarget, "url">, runId: string): string {
  return `${target.url}/runs/${encodeURIComponent(runId)}`;
}
