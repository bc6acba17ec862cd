import { readFile } from "node:fs/promises";
import { AppError, systemCode } from "../errors.ts";

/** Where Kubernetes mounts what a pod needs to ask its API server. */
const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster that this process runs in, as its pod is told. */
export interface Place {
  /** Of the API server. */
  readonly url: string;
  /** Of the authority that signed the API server's certificate. */
  readonly ca: string;
  /** The token as it is now; Kubernetes replaces it before it ends. */
  token(): Promise<string>;
  readonly namespace: string;
  /** The account that Jobs are owned by: it stays when the worker's pods and their Deployment are replaced. */
  readonly account: { readonly name: string; readonly uid: string };
  /** This process's own pod. */
  readonly pod: string;
}

/**
 * Reads where the process runs from the environment and the token that Kubernetes mounts. AppError "invalid" outside of a
 * cluster, or when the pod has no token.
 */
export async function placeOf(
  env: Readonly<Record<string, string | undefined>>,
  folder: string = FOLDER,
): Promise<Place> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = "443" } = env;
  if (!host) {
    throw new AppError(
      "invalid",
      "This worker does not run in a Kubernetes cluster, so it can make no Job.",
      {
        mend: 'Deploy it with the component kubernetes-jobs (docs/jobs.md), or take "engine: job" out of databases.yaml.',
      },
    );
  }
  const token = () => mounted(folder, "token");
  const [ca, first] = await Promise.all([mounted(folder, "ca.crt"), token()]);
  const { namespace, serviceaccount, pod } = claimsOf(first);
  return {
    url: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca,
    token,
    namespace,
    account: serviceaccount,
    pod: pod.name,
  };
}

async function mounted(folder: string, name: string): Promise<string> {
  try {
    return (await readFile(`${folder}/${name}`, "utf8")).trim();
  } catch (error) {
    throw new AppError("invalid", `The worker's pod has no ${folder}/${name} (${systemCode(error)}).`, {
      mend: "The component kubernetes-jobs mounts the worker's service account token: docs/jobs.md.",
    });
  }
}

/** Of a token that is bound to a pod: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
interface Claims {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod: { readonly name: string };
}

/** What the token says of whom it is for. The API server judges whether that is true. */
function claimsOf(token: string): Claims {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    const claims = (JSON.parse(payload) as { "kubernetes.io"?: Partial<Claims> })["kubernetes.io"];
    if (claims?.namespace && claims.serviceaccount && claims.pod) return claims as Claims;
  } catch {
    // The same as a token without claims.
  }
  throw new AppError("invalid", "The worker's service account token is not bound to its pod.", {
    mend: "Mount the projected token that Kubernetes makes for pods: automountServiceAccountToken, docs/jobs.md.",
  });
}
