import type { KubeObject } from "../../lib/kustomize.ts";
import { readDigest } from "../../lib/overlay.ts";
import { argoCd, describe, untilAt } from "../client/argocd.ts";
import { find, kubectl } from "../client/kubectl.ts";
import { checkoutOf } from "../client/scripts.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, seconds } from "./framework/assert.ts";
import { otherGood } from "./framework/environment.ts";
import type { Scenario, Standing, World } from "./framework/scenario.ts";

/** A change by hand, and whether it is there (still, or again). */
interface Drift {
  readonly what: string;
  /** As Argo CD names what is out of sync. */
  readonly object: string;
  make(): Promise<unknown>;
  isHealed(): Promise<boolean>;
}

const PART_OF = "app.kubernetes.io/part-of";

/** Argo CD hears of changes at once; the attempt after a failed one waits longer. */
const HEALED_MS = 90_000;

/** How long prod is watched for a change that nobody asked for. */
const LEFT_ALONE_MS = 15_000;

/** What people change by hand: healed where git rules by itself, reported where a person does. */
export const scenario: Scenario = {
  number: 4,
  title: "Drift by hand is healed in dev and staging, and reported in prod",
  run: async (world) => {
    const cluster = await world.cluster();
    for (const name of ["dev", "staging"] as const) {
      const standing = await world.environment(name);
      for (const drift of await drifts(world, cluster, standing)) {
        const start = performance.now();
        await drift.make();
        await waitFor(`${name}: ${drift.what} to be healed`, HEALED_MS, drift.isHealed);
        world.note(`${name}: ${drift.what} healed after ${seconds(performance.now() - start)}`);
      }
      await untilAt(cluster, name, standing.revision, 3 * 60_000);
    }
    await reported(world, cluster, await world.environment("prod"));
  },
};

async function reported(world: World, cluster: Cluster, prod: Standing): Promise<void> {
  const api = await argoCd(cluster);
  const all = await drifts(world, cluster, prod);
  for (const drift of all) await drift.make();
  const start = performance.now();
  const said = await waitFor("prod to be reported OutOfSync", 60_000, async () => {
    const found = await api.get("prod", "normal");
    const odd = (found.status?.resources ?? []).filter(({ status }) => status === "OutOfSync");
    const named = (object: string) => odd.some(({ kind, name }) => `${kind}/${name}` === object);
    return found.status?.sync?.status === "OutOfSync" && all.every(({ object }) => named(object)) && found;
  });
  world.note(`prod: ${all.length} changes reported after ${seconds(performance.now() - start)}`);
  await Bun.sleep(LEFT_ALONE_MS);
  for (const drift of all) {
    claim(!(await drift.isHealed()), `prod is left alone (${drift.what}): ${describe(said)}`);
  }
  await api.sync("prod", prod.revision);
  await untilAt(cluster, "prod", prod.revision, 3 * 60_000);
  for (const drift of all) {
    await waitFor(`prod: ${drift.what} to be mended by a Sync`, HEALED_MS, drift.isHealed);
  }
}

async function drifts(
  world: World,
  cluster: Cluster,
  { environment, namespace }: Standing,
): Promise<Drift[]> {
  const here = `--namespace=${namespace}`;
  const object = <T>(name: string) => find<T & KubeObject>(cluster, namespace, name);
  const replicas = async () =>
    (await object<{ spec: { replicas: number } }>("deployment/worker"))?.spec.replicas;
  const uid = async () => (await object<{ metadata: { uid: string } }>("service/web"))?.metadata.uid;
  const image = async () =>
    (await object<{ spec: { template: { spec: { containers: { image: string }[] } } } }>("deployment/poller"))
      ?.spec.template.spec.containers[0]?.image;
  const [wasReplicas, wasUid, wasImage] = [await replicas(), await uid(), await image()];
  const digest = readDigest(checkoutOf(cluster), environment);
  const other = `${wasImage?.split("@")[0]}@${otherGood(await world.images(), digest)}`;
  return [
    {
      what: "a scaled Deployment",
      object: "Deployment/worker",
      make: () => kubectl(cluster, ["scale", "deployment/worker", "--replicas=3", here]),
      isHealed: async () => (await replicas()) === wasReplicas,
    },
    {
      what: "an edited image",
      object: "Deployment/poller",
      make: () => kubectl(cluster, ["set", "image", "deployment/poller", `schemawatch=${other}`, here]),
      isHealed: async () => (await image()) === wasImage,
    },
    {
      what: "a deleted Service",
      object: "Service/web",
      make: () => kubectl(cluster, ["delete", "service/web", here]),
      isHealed: async () => ![undefined, wasUid].includes(await uid()),
    },
    {
      what: "a label set by hand",
      object: "ServiceAccount/worker",
      make: () =>
        kubectl(cluster, ["label", "serviceaccount/worker", `${PART_OF}=others`, "--overwrite", here]),
      isHealed: async () =>
        (await object("serviceaccount/worker"))?.metadata.labels?.[PART_OF] === "schemawatch",
    },
  ];
}
