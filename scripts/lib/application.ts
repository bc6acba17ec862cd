import { AppError } from "../../service/errors.ts";
import { output } from "./exec.ts";
import { applicationName, type Environment } from "./overlay.ts";

/** What is used of an Argo CD Application: https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml. */
export interface Application {
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: {
      readonly status?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    };
    readonly operationState?: { readonly phase?: string; readonly message?: string };
    readonly history?: readonly { readonly revision?: string; readonly deployedAt?: string }[];
    readonly summary?: { readonly images?: readonly string[] };
    readonly conditions?: readonly { readonly type?: string; readonly message?: string }[];
  };
}

/**
 * An environment's Application, from Argo CD's API where ARGOCD_SERVER is set (with ARGOCD_AUTH_TOKEN), else from the
 * cluster that kubectl reaches (by `context`, or its present one). Throws AppError "unavailable" when neither can be asked, "not_found" when it is not there.
 */
export async function readApplication(
  environment: Environment,
  env: Readonly<Record<string, string | undefined>>,
  context?: string,
): Promise<Application> {
  const name = applicationName(environment);
  return env.ARGOCD_SERVER
    ? askApi(name, env.ARGOCD_SERVER, env.ARGOCD_AUTH_TOKEN)
    : askKubectl(name, env, context);
}

async function askApi(name: string, server: string, token: string | undefined): Promise<Application> {
  const base = server.includes("://") ? server : `https://${server}`;
  // "refresh": git and the cluster are compared anew, so that the answer is not from before the last push.
  const url = `${base.replace(/\/+$/, "")}/api/v1/applications/${name}?refresh=normal`;
  let response: Response;
  try {
    response = await fetch(url, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    throw new AppError("unavailable", `Argo CD at ${server} cannot be reached.`, {
      mend: "Check ARGOCD_SERVER, and NODE_EXTRA_CA_CERTS where its certificate is its own; unset, kubectl is asked.",
      cause,
    });
  }
  if (response.ok) return (await response.json()) as Application;
  await response.body?.cancel();
  if (response.status === 404) throw missing(name);
  throw new AppError("unavailable", `Argo CD at ${server} answered ${response.status} about ${name}.`, {
    mend: "Set ARGOCD_AUTH_TOKEN to a token that may get applications.",
  });
}

async function askKubectl(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  context: string | undefined,
): Promise<Application> {
  const namespace = env.ARGOCD_NAMESPACE || "argocd";
  try {
    const where = context === undefined ? [] : [`--context=${context}`];
    const what = ["applications.argoproj.io", name, "--namespace", namespace, "--output", "json"];
    const ask = ["kubectl", ...where, "get", ...what];
    return JSON.parse(await output(ask, { env, timeoutMs: 60_000 })) as Application;
  } catch (error) {
    if (error instanceof AppError && /NotFound/.test(error.message)) throw missing(name);
    throw new AppError(
      "unavailable",
      `The Application ${name} cannot be asked: ${(error as Error).message}`,
      {
        mend: "Set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN, or let kubectl reach Argo CD's cluster.",
      },
    );
  }
}

function missing(name: string): AppError {
  return new AppError("not_found", `Argo CD has no Application ${name}.`, {
    mend: "Bootstrap first, or look whether the root Application is synced.",
  });
}
