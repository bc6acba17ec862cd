import { argoCd, describe } from "../../client/argocd.ts";
import { isReady, list, type Pod, tryKubectl } from "../../client/kubectl.ts";
import type { ClusterFacts } from "../../types.ts";

interface Event {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string | null;
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly metadata: { readonly namespace: string };
}

/** A message may repeat itself for each object. */
const LENGTH = 500;

/** How many lines of each kind are shown. */
const LINES = 15;

/** What explains a failure: the Applications' conditions, warnings, and the last words of pods that are not well. */
export async function explain(cluster: ClusterFacts): Promise<string[]> {
  const lines: string[] = [];
  const api = await argoCd(cluster);
  for (const application of await list(cluster, "argocd", "application")) {
    const { name } = application.metadata;
    lines.push(`application ${name}: ${describe(application).slice(0, LENGTH)}`, ...(await api.unwell(name)));
  }
  const events = await list<Event>(cluster, "", "event");
  const warnings = events
    .filter(({ type }) => type === "Warning")
    .sort((a, b) => (a.lastTimestamp ?? "").localeCompare(b.lastTimestamp ?? ""));
  for (const { lastTimestamp, metadata, involvedObject, reason, message } of warnings.slice(-LINES)) {
    const where = `${metadata.namespace}/${involvedObject.kind}/${involvedObject.name}`;
    lines.push(`event ${lastTimestamp} ${where}: ${reason}: ${message}`);
  }
  for (const namespace of ["argocd", "schemawatch-dev", "schemawatch-staging", "schemawatch-prod"]) {
    for (const pod of await list<Pod>(cluster, namespace, "pod")) {
      if (isReady(pod) || pod.status.phase === "Succeeded") continue;
      const { name } = pod.metadata;
      const logs = ["logs", name, `--namespace=${namespace}`, "--all-containers", `--tail=${LINES}`];
      const { stdout, stderr } = await tryKubectl(cluster, logs);
      const log = (stdout.trim() || stderr.trim()).split("\n").map((line) => line.slice(0, LENGTH));
      lines.push(`pod ${namespace}/${name} is ${pod.status.phase}; its log:`, ...log.slice(-LINES));
    }
  }
  return lines;
}
