import type { V1ConfigMap, V1Container, V1EnvVar, V1Job, V1OwnerReference, V1PodSpec } from "./models.ts";
import type { JobTarget } from "./target.ts";

/** What a Job is made for. */
export interface Purpose {
  /** Of the store, so that two installations in one namespace do not take each other's Jobs. */
  readonly installation: string;
  readonly run: string;
  readonly step: string;
  readonly database: string;
  readonly change: string;
}

/** What the worker's own pod has that the Job's pod needs too. */
export interface Own {
  readonly image: string;
  readonly pullSecrets: readonly string[];
  /** Null in another namespace: an owner has to be in the Job's own. */
  readonly account: { readonly name: string; readonly uid: string } | null;
}

/** The user's container, and ours beside it. */
export const CONTAINER = "job";
export const RESULT_CONTAINER = "result";

/** A ConfigMap takes 1 MiB in all (https://kubernetes.io/docs/concepts/configuration/configmap/). */
export const MAX_CHANGE_BYTES = 1024 * 1024 - 4096;

const CHANGE_FOLDER = "/schemawatch/change";
const RESULT_FOLDER = "/schemawatch/result";
const RESULT_FILE = `${RESULT_FOLDER}/result.json`;
/** Seconds from SIGTERM to SIGKILL, so that a cancel is over before CANCEL_MS is (worker/workflow.ts). */
const GRACE_S = 15;
/** The user of our own image. */
const USER = 65532;
/** Room for a result of 1 MiB and what was there before it. */
const RESULT_ROOM = "8Mi";
const TMP_ROOM = "1Gi";
/** It takes 35 MiB while it waits. */
const RESULT_RESOURCES = {
  requests: { cpu: "5m", memory: "48Mi" },
  limits: { cpu: "200m", memory: "128Mi" },
};

/**
 * The Job's name: the same for whoever makes it, so that the API server itself refuses a second. At most 63 characters, as
 * its pods bear it as a label.
 */
export function jobName({ installation, run, step }: Pick<Purpose, "installation" | "run" | "step">): string {
  const hash = new Bun.CryptoHasher("sha256").update(installation).digest("hex").slice(0, 8);
  return `schemawatch-${step}-${run}-${hash}`;
}

/** The labels by which a Job and its pods are found. */
export function selectorOf({ installation, run, step }: Pick<Purpose, "installation" | "run" | "step">) {
  return {
    "schemawatch/installation": installation,
    "schemawatch/run": run,
    "schemawatch/step": step,
  };
}

/** A name of its own, so that no policy, budget or Service for the roles' pods means the Job's too. */
const labelsOf = (purpose: Purpose) => ({
  "app.kubernetes.io/name": "schemawatch-job",
  "app.kubernetes.io/component": "job",
  "app.kubernetes.io/part-of": "schemawatch",
  ...selectorOf(purpose),
});

/** Beside the labels: values that a label may not have. */
const annotationsOf = ({ database, change }: Purpose) => ({
  "schemawatch/database": database,
  "schemawatch/change": change,
});

/** Whether a Job of the purpose's name is for this very change: a store that was restored counts its runs anew. */
export function isFor({ metadata }: V1Job, purpose: Purpose): boolean {
  const has = (values: Record<string, string> | undefined, wanted: Record<string, string>) =>
    Object.entries(wanted).every(([key, value]) => values?.[key] === value);
  return has(metadata?.labels, selectorOf(purpose)) && has(metadata?.annotations, annotationsOf(purpose));
}

/** The Job, as the API server gets it. Its pods meet the Pod Security level "restricted". */
export function jobManifest(target: JobTarget, purpose: Purpose, own: Own): V1Job {
  const metadata = { labels: labelsOf(purpose), annotations: annotationsOf(purpose) };
  const name = jobName(purpose);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, ...metadata, ...(own.account ? { ownerReferences: [ownerOf(own.account)] } : {}) },
    spec: {
      backoffLimit: target.retries,
      activeDeadlineSeconds: Math.ceil(target.timeoutMs / 1000),
      ttlSecondsAfterFinished: Math.ceil(target.ttlMs / 1000),
      // Never two at once: a pod on its way out may still work.
      podReplacementPolicy: "Failed",
      // A pod that was evicted or whose node is gone did not fail: another takes its place.
      podFailurePolicy: {
        rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      },
      template: { metadata, spec: podOf(target, name, own) },
    },
  };
}

function podOf(target: JobTarget, name: string, own: Own): V1PodSpec {
  const { serviceAccount } = target;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: serviceAccount !== null,
    ...(serviceAccount === null ? {} : { serviceAccountName: serviceAccount }),
    ...(own.pullSecrets.length > 0
      ? { imagePullSecrets: own.pullSecrets.map((secret) => ({ name: secret })) }
      : {}),
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_S,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    initContainers: [resultContainer(own)],
    containers: [
      {
        name: CONTAINER,
        image: target.image,
        ...(target.command ? { command: [...target.command] } : {}),
        env: [
          ...Object.entries(target.env).map(variable),
          { name: "SCHEMAWATCH_CHANGE", value: `${CHANGE_FOLDER}/change.json` },
          { name: "SCHEMAWATCH_RESULT", value: RESULT_FILE },
        ],
        resources: { requests: { ...target.resources.requests }, limits: { ...target.resources.limits } },
        securityContext: CONFINED,
        volumeMounts: [
          { name: "change", mountPath: CHANGE_FOLDER, readOnly: true },
          { name: "result", mountPath: RESULT_FOLDER },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "change", configMap: { name } },
      { name: "result", emptyDir: { sizeLimit: RESULT_ROOM } },
      { name: "tmp", emptyDir: { sizeLimit: TMP_ROOM } },
    ],
  };
}

const CONFINED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/**
 * Beside the user's container from its start to after its end: Kubernetes ends a sidecar by SIGTERM once the containers are
 * done, and then it writes the result into its own log, which the worker may read. It is there before the other begins.
 */
function resultContainer({ image }: Own): V1Container {
  return {
    name: RESULT_CONTAINER,
    image,
    restartPolicy: "Always",
    args: ["job-result", RESULT_FILE],
    startupProbe: {
      exec: { command: ["/usr/local/bin/schemawatch", "job-result", "--ready", RESULT_FILE] },
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: 120,
    },
    resources: RESULT_RESOURCES,
    securityContext: CONFINED,
    volumeMounts: [{ name: "result", mountPath: RESULT_FOLDER }],
  };
}

function variable([name, value]: [string, JobTarget["env"][string]]): V1EnvVar {
  if (typeof value === "string") return { name, value };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

/** The worker's account, which stays while pods and Deployments come and go: with it, and so with the service, its Jobs go. */
const ownerOf = ({ name, uid }: { readonly name: string; readonly uid: string }): V1OwnerReference => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  name,
  uid,
});

/** The change as the Job's pods see it; it goes with the Job. */
export function changeManifest(job: V1Job, change: string): V1ConfigMap {
  const { name = "", uid = "", labels = {} } = job.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels, ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }] },
    immutable: true,
    data: { "change.json": change },
  };
}
