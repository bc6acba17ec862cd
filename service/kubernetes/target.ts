/** The container that processes the changes of a database, as databases.yaml names it (config/job-section.ts). */
export interface JobTarget {
  /** By digest: `repository@sha256:…`. */
  readonly image: string;
  /** Null: the image's own. */
  readonly command: readonly string[] | null;
  readonly resources: JobResources;
  /** Whose rights the container has in the cluster; null: none, and no token. */
  readonly serviceAccount: string | null;
  /** Null: the worker's own. */
  readonly namespace: string | null;
  readonly env: Readonly<Record<string, string | SecretKey>>;
  /** Milliseconds for the Job, which Kubernetes ends then. */
  readonly timeoutMs: number;
  /** Milliseconds within which a pod must have begun. */
  readonly startWithinMs: number;
  /** Milliseconds that the Job stays after its end. */
  readonly ttlMs: number;
  /** Further pods after one that failed. */
  readonly retries: number;
}

/** Quantities by the resource's name, as Kubernetes writes them. */
export interface JobResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** One key of a Secret in the Job's namespace. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}
