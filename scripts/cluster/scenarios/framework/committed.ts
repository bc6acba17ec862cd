import { deliver, editFile, takeBack } from "./change.ts";
import { forgetChanges, settle } from "./environment.ts";
import type { World } from "./scenario.ts";

/** Files below the top of the repository, and what becomes of each. */
export type Edits = Readonly<Record<string, (text: string) => string>>;

/**
 * Commits a change of dev, waits until dev is Synced and Healthy at it, does `work`, and takes the change back by a further
 * commit whatever came of it.
 */
export async function withDevChanged<T>(
  world: World,
  message: string,
  edits: Edits,
  work: () => Promise<T>,
): Promise<T> {
  const cluster = await world.cluster();
  const { revision: before } = await world.environment("dev");
  try {
    for (const [file, change] of Object.entries(edits)) editFile(cluster, file, change);
    await settle(cluster, "dev", await deliver(cluster, message));
    return await work();
  } finally {
    await forgetChanges(cluster);
    await settle(cluster, "dev", await takeBack(cluster, before, `Take back: ${message}`));
  }
}

/** Edits of dev's overlay that give these roles so many pods. */
export function devReplicas(counts: Readonly<Partial<Record<"web" | "poller" | "worker", number>>>): Edits {
  const { web, ...roles } = counts;
  const replicas = (text: string) =>
    Object.entries(roles).reduce(
      (so, [role, count]) => so.replace(new RegExp(`(name: ${role}, count: )\\d+`), `$1${count}`),
      text,
    );
  return {
    "overlays/dev/kustomization.yaml": replicas,
    ...(web === undefined
      ? {}
      : {
          "overlays/dev/web-autoscaler.yaml": (text) =>
            text
              .replace(/minReplicas: \d+/, `minReplicas: ${web}`)
              .replace(/maxReplicas: \d+/, `maxReplicas: ${web}`),
        }),
  };
}
