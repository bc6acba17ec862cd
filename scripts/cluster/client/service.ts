import { readFileSync } from "node:fs";
import { Api } from "../../../service/testing/api.ts";
import { applicationName, type Environment } from "../../lib/overlay.ts";
import { tokenFile } from "../remote/checkout.ts";
import type { ClusterFacts } from "../types.ts";
import { find } from "./kubectl.ts";

interface WebService {
  readonly spec: { readonly ports: readonly { readonly nodePort?: number }[] };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

/**
 * Where people reach an environment's page from outside: dev at its port of the node, the others at the address of their
 * load balancer, where TLS would end on AWS.
 */
export async function pageUrl(cluster: ClusterFacts, environment: Environment): Promise<string> {
  if (environment === "dev") {
    const web = await find<WebService>(cluster, applicationName(environment), "service/web");
    return `http://${cluster.nodeAddress}:${web?.spec.ports[0]?.nodePort}`;
  }
  const web = await find<WebService>(cluster, applicationName(environment), "service/web");
  return `http://${web?.status.loadBalancer?.ingress?.[0]?.ip}:443`;
}

/** The API of an environment, with the access token that `secrets create` showed, or another one. */
export class ServiceApi extends Api {
  readonly #token: string;

  constructor(url: string, token: string) {
    super(url);
    this.#token = token;
  }

  static async of(cluster: ClusterFacts, environment: Environment): Promise<ServiceApi> {
    const token = readFileSync(tokenFile(cluster, environment), "utf8");
    return new ServiceApi(await pageUrl(cluster, environment), token);
  }

  override ask<T>(method: "GET" | "POST", path: string, headers: Record<string, string> = {}): Promise<T> {
    return super.ask(method, path, { ...headers, authorization: `Bearer ${this.#token}` });
  }
}
