import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../../bootstrap.ts";
import { commitOf } from "../../lib/git.ts";
import { untilAt } from "../client/argocd.ts";
import { find } from "../client/kubectl.ts";
import { checkoutOf, script } from "../client/scripts.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster, ClusterFacts } from "../types.ts";
import { bringRemote, type Images, repositoriesOf } from "./checkout.ts";
import { startManagedDatabase } from "./managed-database.ts";

/** How long dev may take from nothing, on a busy machine of two cores. */
const DEV_WAIT_MS = 10 * 60_000;

/**
 * What stands outside of a cluster: the git server, the managed database, and the repository by the steps of docs/deploy.md.
 * A repository that is there already is kept, as is what it says: after a disaster the same comes of it.
 */
export async function prepare(cluster: Cluster, images: Images): Promise<void> {
  await startOutside(cluster);
  cluster.log("commit what makes the repository this cluster's own");
  await bringRemote(cluster, images);
}

/** Starts the git server and the managed database of a cluster. */
export async function startOutside(cluster: Cluster): Promise<void> {
  const { hostname, port } = new URL(cluster.remoteUrl);
  const options = ["--root", repositoriesOf(cluster), "--webhook-file", webhookFile(cluster)];
  cluster.log("start the git server and the managed database");
  await cluster.start({
    name: "git",
    command: [
      process.execPath,
      join(import.meta.dir, "git-server.ts"),
      ...["--hostname", hostname, "--port", port || "80", ...options],
    ],
    network: "host",
  });
  await startManagedDatabase(cluster);
  await waitFor("the git server", 30_000, async () => {
    return fetch(new URL("/", cluster.remoteUrl)).then(
      () => true,
      () => false,
    );
  });
}

/** Installs Argo CD by scripts/bootstrap, tells the git server where its webhook is, and waits for dev. */
export async function handOver(cluster: Cluster): Promise<void> {
  cluster.log("bootstrap: Argo CD, then everything from git");
  await script(cluster, bootstrap, ["--key", cluster.ageKeyFile]);
  const server = await find<{ spec: { clusterIP: string } }>(cluster, "argocd", "service/argocd-server");
  writeFileSync(webhookFile(cluster), `https://${server?.spec.clusterIP}/api/webhook`);
  cluster.log("Argo CD is ready; dev follows");
  await untilAt(cluster, "dev", await commitOf(checkoutOf(cluster), "HEAD"), DEV_WAIT_MS);
  cluster.log("dev is Synced and Healthy");
}

function webhookFile({ folder }: ClusterFacts): string {
  return join(folder, "webhook");
}
