import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../lib/git.ts";
import { secrets } from "../../secrets.ts";
import { untilAt } from "../client/argocd.ts";
import { type Pod, podsOf } from "../client/kubectl.ts";
import { checkoutOf, script } from "../client/scripts.ts";
import type { ServiceApi } from "../client/service.ts";
import { waitFor } from "../client/wait.ts";
import { identify, makeBare } from "../remote/checkout.ts";
import type { Cluster } from "../types.ts";
import { reportOf } from "./01-from-nothing.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { deliver, editFile, takeBack } from "./framework/change.ts";
import type { Scenario } from "./framework/scenario.ts";

const ROLES = ["web", "poller", "worker"];

/** What base/components/config-from-git promises. */
const WITHIN_MS = 15_000;

const BILLING = `  - name: billing
    urlFile: /run/secrets/schemawatch/billing-url
    labels: { environment: dev }
`;

/** The component config-from-git in dev: databases.yaml from a repository of its own, without a rollout. */
export const scenario: Scenario = {
  number: 11,
  title: "A database added by a commit is watched within 15 s, without a restart",
  run: async (world) => {
    const cluster = await world.cluster();
    const dev = await world.environment("dev");
    const clone = await makeRepository(cluster);
    try {
      await followIt(cluster);
      const password = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url");
      const url = `postgres://billing:${password}@postgres/billing`;
      await script(cluster, secrets, ["edit", "dev", "billing-url", "--key", cluster.ageKeyFile], url);
      await untilAt(cluster, "dev", await deliver(cluster, "Take dev's databases from git"), 5 * 60_000);
      await dev.api.watching(["shop"], 60_000);
      claim(!(await names(dev.api)).includes("billing"), "billing is not watched before the commit");

      const before = await lives(cluster, dev.namespace);
      writeFileSync(
        join(clone, "databases.yaml"),
        `${readFileSync(join(clone, "databases.yaml"), "utf8")}${BILLING}`,
      );
      await git(clone, ["commit", "--quiet", "--all", "--message=Watch billing"]);
      const start = performance.now();
      await git(clone, ["push", "--quiet", "origin", "main"]);
      await waitFor("a look at billing", 60_000, async () => {
        const { items } = await dev.api.ask<{ items: { name: string; lastLookAt: string | null }[] }>(
          "GET",
          "/databases",
        );
        return items.some(({ name, lastLookAt }) => name === "billing" && lastLookAt !== null);
      });
      const took = performance.now() - start;
      world.note(`push to the first look: ${seconds(took)}`);
      claim(took <= WITHIN_MS, `it is watched within ${seconds(WITHIN_MS)}, not ${seconds(took)}`);
      same(await lives(cluster, dev.namespace), before, "the pods and their restarts");
      world.note(
        `DDL in it to finished run: ${seconds(await reportOf(cluster, dev.api, "billing", "invoices"))}`,
      );
    } finally {
      rmSync(clone, { recursive: true, force: true });
      const back = await takeBack(cluster, dev.revision, "Take dev's databases from the overlay again");
      await untilAt(cluster, "dev", back, 5 * 60_000);
    }
  },
};

/** A repository with dev's databases.yaml as it stands in the overlay; returns a clone of it. */
async function makeRepository(cluster: Cluster): Promise<string> {
  await makeBare(cluster, "databases.git");
  const clone = join(cluster.folder, "databases");
  if (existsSync(clone)) rmSync(clone, { recursive: true });
  await git(cluster.folder, ["clone", "--quiet", databasesUrl(cluster), clone]);
  await identify(clone);
  await git(clone, ["checkout", "--quiet", "-B", "main"]);
  const text = readFileSync(join(checkoutOf(cluster), "overlays/dev/databases.yaml"), "utf8");
  writeFileSync(join(clone, "databases.yaml"), text);
  await git(clone, ["add", "--all"]);
  await git(clone, ["commit", "--quiet", "--allow-empty", "--message=What dev watches"]);
  await git(clone, ["push", "--quiet", "--force", "origin", "main"]);
  return clone;
}

function databasesUrl({ remoteUrl }: Cluster): string {
  return new URL("databases.git", remoteUrl).href;
}

/** The component in dev's overlay, before its secrets component, with the repository's address. */
async function followIt(cluster: Cluster): Promise<void> {
  editFile(cluster, "overlays/dev/kustomization.yaml", (text) =>
    text
      .replace(
        "  - ../../base/components/secrets-age\n",
        "  - ../../base/components/config-from-git\n  - ../../base/components/secrets-age\n",
      )
      .replace(
        "patches:\n",
        `patches:\n  - target: { kind: ConfigMap, name: config-repository }\n    patch: |-\n      - { op: replace, path: /data/CONFIG_REPOSITORY, value: "${databasesUrl(cluster)}" }\n`,
      ),
  );
}

async function names(api: ServiceApi): Promise<string[]> {
  const { items } = await api.ask<{ items: { name: string }[] }>("GET", "/databases");
  return items.map(({ name }) => name);
}

interface Living extends Pod {
  readonly status: Pod["status"] & {
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** Each role's pods with the restarts of their containers. */
async function lives(cluster: Cluster, namespace: string): Promise<string[]> {
  const pods = (await Promise.all(ROLES.map((role) => podsOf(cluster, namespace, role)))).flat() as Living[];
  const told = pods.map(({ metadata, status }) => {
    const restarts = status.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
    return `${metadata.uid} ${restarts.join(",")}`;
  });
  return told.sort();
}
