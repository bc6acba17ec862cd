import { join } from "node:path";
import { type KubeObject, render } from "../lib/kustomize.ts";
import { applicationName, type Environment } from "../lib/overlay.ts";

/** One call of kubectl. All of them may be repeated: applied twice is applied once. */
export interface Step {
  /** What it does, for people. */
  readonly says: string;
  readonly args: readonly string[];
  /** What kubectl reads on standard input. */
  readonly input?: string;
  /** The input holds a key: never to be printed. */
  readonly secret?: boolean;
}

/** The Secret that base/components/secrets-age mounts, and its one key. */
const KEY_SECRET = "sops-age";
const KEY_NAME = "age.key";

/** A first start pulls images and takes minutes. */
const PATIENCE = "--timeout=10m";

/** Server-side, as the ApplicationSet CRD is too large for the annotation that a client-side apply keeps. */
const APPLY = ["apply", "--server-side", "--force-conflicts", "--filename", "-"];

/**
 * What makes a cluster follow this repository, in its order: Argo CD, its CRDs and controllers ready, the environment's age
 * key (undefined: it needs none), then the root Application.
 */
export async function stepsFor(
  root: string,
  environment: Environment,
  keys: string | undefined,
): Promise<Step[]> {
  const install = await render(join(root, "argocd/install"));
  const rootApplication = await render(join(root, "argocd/root"));
  return [
    { says: "install Argo CD", args: APPLY, input: install.text },
    ...waits(install.objects),
    ...(keys === undefined ? [] : keySteps(applicationName(environment), keys)),
    { says: "hand over to the root Application", args: APPLY, input: rootApplication.text },
  ];
}

function waits(objects: readonly KubeObject[]): Step[] {
  const definitions = objects
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map(({ metadata }) => `customresourcedefinition/${metadata.name}`);
  const workloads = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  return [
    { says: "wait for its kinds", args: ["wait", "--for=condition=Established", PATIENCE, ...definitions] },
    ...workloads.map(({ kind, metadata }) => ({
      says: `wait for ${metadata.name}`,
      args: [
        "rollout",
        "status",
        `${kind.toLowerCase()}/${metadata.name}`,
        `--namespace=${metadata.namespace ?? "argocd"}`,
        PATIENCE,
      ],
    })),
  ];
}

/** The namespace by its name alone: its labels are git's, and a field that we own would outlive its removal there. */
function keySteps(namespace: string, keys: string): Step[] {
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: KEY_SECRET, namespace },
    type: "Opaque",
    data: { [KEY_NAME]: btoa(keys) },
  };
  return [
    { says: `make the namespace ${namespace}`, args: APPLY, input: JSON.stringify(space) },
    {
      says: `put the age key into ${namespace}/${KEY_SECRET}`,
      args: APPLY,
      input: JSON.stringify(secret),
      secret: true,
    },
  ];
}
