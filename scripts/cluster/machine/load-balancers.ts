import { systemClock } from "../../../service/clock.ts";
import { ADDRESSES } from "./addresses.ts";
import { openApi } from "./api.ts";

/** What this needs of a Service: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/. */
interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly type?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

const LOOK_EVERY_MS = 500;

/**
 * The addresses that Services of type LoadBalancer lack, lowest free first. One that has an address keeps it; another
 * class of load balancer is served too, as there is no other here.
 */
export function assignAddresses(services: readonly Service[], range: string): Map<Service, string> {
  const wanting = services.filter(({ spec }) => spec.type === "LoadBalancer");
  const addressOf = ({ status }: Service) => status?.loadBalancer?.ingress?.[0]?.ip;
  const taken = new Set(wanting.map(addressOf));
  const prefix = range.replace(/\d+\/24$/, "");
  const assigned = new Map<Service, string>();
  for (const service of wanting.filter((candidate) => addressOf(candidate) === undefined)) {
    const free = Array.from({ length: 254 }, (_, index) => `${prefix}${index + 1}`).find(
      (one) => !taken.has(one),
    );
    if (free === undefined) break;
    taken.add(free);
    assigned.set(service, free);
  }
  return assigned;
}

/** Stands in for a cloud's controller: gives each Service its address; kube-proxy does the rest. Never returns. */
async function serve(kubeconfig: string): Promise<never> {
  const api = openApi(kubeconfig);
  for (;;) {
    try {
      const { items } = (await api.get("/api/v1/services")) as { items: Service[] };
      for (const [{ metadata }, ip] of assignAddresses(items, ADDRESSES.loadBalancers)) {
        const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`;
        await api.patch(path, { status: { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } } });
        console.log(`${metadata.namespace}/${metadata.name} has ${ip}`);
      }
    } catch (error) {
      console.error(String(error));
    }
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}

if (import.meta.main) await serve(Bun.argv[2] ?? "");
