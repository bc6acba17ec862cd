import type { Clock } from "../clock.ts";
import type { KubernetesClient } from "./client.ts";
import { placeOf } from "./place.ts";

/** The cluster that this process runs in. The official client is loaded here, by whoever needs it first. */
export async function connectKubernetes(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Promise<KubernetesClient> {
  const place = await placeOf(env);
  const { KubernetesClient } = await import("./client.ts");
  return new KubernetesClient(place, clock);
}
