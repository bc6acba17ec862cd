import { AppError } from "../../../service/errors.ts";
import type { ClusterFacts } from "../types.ts";
import { environmentOf } from "./scripts.ts";

/**
 * Calls `work` with a loopback port that leads to a port of a pod, Deployment or Service, by `kubectl port-forward`: inside
 * of the pod, so network policies do not bind it. The forwarding ends with `work`.
 */
export async function forwarded<T>(
  cluster: ClusterFacts,
  target: { readonly namespace: string; readonly name: string; readonly port: number },
  work: (port: number) => Promise<T>,
): Promise<T> {
  const { namespace, name, port } = target;
  const child = Bun.spawn(["kubectl", "port-forward", `--namespace=${namespace}`, name, `:${port}`], {
    env: { ...process.env, ...environmentOf(cluster) },
    stdout: "pipe",
    stderr: "pipe",
  });
  try {
    let said = "";
    for await (const piece of child.stdout) {
      said += new TextDecoder().decode(piece);
      const local = /127\.0\.0\.1:(\d+) ->/.exec(said)?.[1];
      if (local !== undefined) return await work(Number(local));
    }
    throw new AppError(
      "unavailable",
      `kubectl port-forward ${name}: ${await new Response(child.stderr).text()}`,
    );
  } finally {
    child.kill();
    await child.exited;
  }
}
