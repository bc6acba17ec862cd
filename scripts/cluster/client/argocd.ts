import { AppError } from "../../../service/errors.ts";
import type { Application as Status } from "../../lib/application.ts";
import { applicationName, type Environment } from "../../lib/overlay.ts";
import type { ClusterFacts } from "../types.ts";
import { find } from "./kubectl.ts";
import { waitFor } from "./wait.ts";

/** An Application as Argo CD's API tells it: https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/. */
export interface Application extends Status {
  readonly metadata: { readonly name: string };
  readonly operation?: unknown;
  readonly status?: Status["status"] & {
    readonly operationState?: {
      readonly phase?: string;
      readonly message?: string;
      /** What was asked for; an operation that has just begun has no result yet. */
      readonly operation?: { readonly sync?: { readonly revision?: string } };
      readonly startedAt?: string;
      readonly finishedAt?: string;
      /** How often it was tried again after a failure. */
      readonly retryCount?: number;
    };
    readonly resources?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly status?: string;
    }[];
    readonly history?: readonly { readonly id?: number; readonly revision?: string }[];
  };
}

/** Argo CD's API as its page in the browser uses it, as admin. */
export interface ArgoCd {
  readonly url: string;
  get(environment: Environment, refresh?: "normal" | "hard"): Promise<Application>;
  /** Presses Sync: to a commit, or to the branch's newest, the only choice where auto-sync is on. */
  sync(environment: Environment, revision?: string): Promise<void>;
  /** Ends a sync that runs; content when none does. */
  terminate(environment: Environment): Promise<void>;
  /** The objects of an Application that are not well, and why: the page's tree. */
  unwell(name: string): Promise<string[]>;
}

interface Node {
  readonly kind: string;
  readonly name: string;
  readonly health?: { readonly status?: string; readonly message?: string };
}

interface InitialSecret {
  readonly data: { readonly password: string };
}

/** Logs in by the password that Argo CD made at its first start (docs/deploy.md, step 8). */
export async function argoCd(cluster: ClusterFacts): Promise<ArgoCd> {
  const server = await find<{ spec: { clusterIP: string } }>(cluster, "argocd", "service/argocd-server");
  const secret = await find<InitialSecret>(cluster, "argocd", "secret/argocd-initial-admin-secret");
  const url = `https://${server?.spec.clusterIP}`;
  const login = { username: "admin", password: atob(secret?.data.password ?? "") };
  const { token } = await send<{ token: string }>(url, undefined, "POST", "/session", login);
  const ask = <T>(method: string, path: string, body?: unknown) => send<T>(url, token, method, path, body);
  const path = (environment: Environment) => `/applications/${applicationName(environment)}`;
  return {
    url,
    get: (environment, refresh) =>
      ask("GET", `${path(environment)}${refresh === undefined ? "" : `?refresh=${refresh}`}`),
    sync: async (environment, revision) => {
      await ask("POST", `${path(environment)}/sync`, { revision: revision ?? "", prune: true });
    },
    terminate: async (environment) => {
      try {
        await ask("DELETE", `${path(environment)}/operation`);
      } catch (error) {
        if (!(error instanceof AppError) || !/no operation is in progress/i.test(error.message)) throw error;
      }
    },
    unwell: async (name) => {
      const { nodes = [] } = await ask<{ nodes?: Node[] }>("GET", `/applications/${name}/resource-tree`);
      return nodes
        .filter(({ health }) => !["Healthy", undefined].includes(health?.status))
        .map(({ kind, name, health }) => `${kind}/${name} is ${health?.status}: ${health?.message ?? ""}`);
    },
  };
}

async function send<T>(
  url: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // Its own certificate, made at its first start.
    tls: { rejectUnauthorized: false },
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as T;
  throw new AppError("unavailable", `Argo CD: ${method} ${path} answered ${answer.status}: ${text}`);
}

/** Whether an Application is at a commit: compared with it, synced to it in full, and well. */
export function isAt({ status, operation }: Application, revision: string): boolean {
  return (
    operation === undefined &&
    status?.sync?.status === "Synced" &&
    status.sync.revision === revision &&
    status.health?.status === "Healthy" &&
    status.operationState?.phase === "Succeeded"
  );
}

/** The commit that a sync which runs now was asked for; undefined when none runs. */
export function syncingTo({ status }: Application): string | undefined {
  const { phase, operation } = status?.operationState ?? {};
  return phase === "Running" ? operation?.sync?.revision : undefined;
}

/** Waits until an environment is Synced and Healthy at a commit; AppError "timeout" tells why it is not. */
export function untilAt(
  cluster: ClusterFacts,
  environment: Environment,
  revision: string,
  withinMs: number,
): Promise<Application> {
  let last: Application | undefined;
  return waitFor(
    `${applicationName(environment)} to be Synced and Healthy at ${revision.slice(0, 12)}`,
    withinMs,
    async () => {
      last = await application(cluster, environment);
      return last !== undefined && isAt(last, revision) && last;
    },
    async () => describe(last),
  );
}

/** An environment's Application, from the API server: cheap to ask often. Undefined while it is not there. */
export function application(
  cluster: ClusterFacts,
  environment: Environment,
): Promise<Application | undefined> {
  return find<Application>(cluster, "argocd", `application/${applicationName(environment)}`);
}

/** What explains an Application's state, in one line. */
export function describe(application: Application | undefined): string {
  if (application?.status === undefined) return "it is not there";
  const { sync, health, operationState, conditions = [], resources = [] } = application.status;
  const odd = resources.filter((resource) => resource.status === "OutOfSync");
  return [
    `${sync?.status} at ${sync?.revision?.slice(0, 12)}, ${health?.status} ${health?.message ?? ""}`,
    `last sync ${operationState?.phase} (${operationState?.message ?? ""})`,
    ...conditions.map(({ type, message }) => `${type}: ${message}`),
    ...odd.map(({ kind, name }) => `${kind}/${name} is OutOfSync`),
  ].join("; ");
}
