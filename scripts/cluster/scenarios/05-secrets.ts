import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToken } from "../../../service/config/tokens.ts";
import { secretsFile } from "../../lib/overlay.ts";
import { decrypt, makeAgeKey, recipientOf } from "../../lib/sops.ts";
import { secrets } from "../../secrets.ts";
import { untilAt } from "../client/argocd.ts";
import { isReady, kubectl, list, type Pod, podsOf, tryKubectl } from "../client/kubectl.ts";
import { argoCdCache, etcdFiles, foundIn, logsOf, type Needle } from "../client/places.ts";
import { probe } from "../client/probe.ts";
import { checkoutOf, script } from "../client/scripts.ts";
import { ServiceApi } from "../client/service.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same, seconds } from "./framework/assert.ts";
import { deliver, editFile, takeBack } from "./framework/change.ts";
import type { Scenario, Standing, World } from "./framework/scenario.ts";

const COMPONENTS = ["web", "poller", "worker", "database"];

/** How long old pods are watched while the new ones cannot decrypt. */
const HELD_MS = 20_000;

/** Secrets on their way from a commit into the pods, and nowhere else. */
export const scenario: Scenario = {
  number: 5,
  title: "Secrets reach the pods alone; a wrong key leaves the old pods as they are",
  run: async (world) => {
    const cluster = await world.cluster();
    const dev = await world.environment("dev");
    const fresh = await freshValues(world, cluster, dev);
    await nowhereElse(world, cluster, fresh);
    await wrongKey(world, cluster, await world.environment("dev"));
  },
};

/** Commits new passwords, a new token and a new text; returns them when the pods have them. */
async function freshValues(world: World, cluster: Cluster, dev: Standing): Promise<Needle[]> {
  const before = await podIds(cluster, dev.namespace);
  const root = checkoutOf(cluster);
  const key = ["--key", cluster.ageKeyFile];
  await script(cluster, secrets, ["rotate", "dev", "--passwords", ...key]);
  const text = `plain-${crypto.randomUUID()}`;
  await script(cluster, secrets, ["edit", "dev", "scenario-text", ...key], text);
  const { file, token } = await withToken(
    (await decrypt(root, "dev", cluster.ageKeyFile))["tokens.yaml"] ?? "",
  );
  await script(cluster, secrets, ["edit", "dev", "tokens.yaml", ...key], file);
  const values = await decrypt(root, "dev", cluster.ageKeyFile);

  const start = performance.now();
  const commit = await deliver(cluster, "Rotate dev's secrets");
  await untilAt(cluster, "dev", commit, 5 * 60_000);
  world.note(`a fresh value: push to healthy ${seconds(performance.now() - start)}`);
  const after = await podIds(cluster, dev.namespace);
  same(
    after.filter((id) => before.includes(id)),
    [],
    "pods of before the new secrets that are still there",
  );

  const cat = ["cat", "/run/secrets/schemawatch/scenario-text"];
  const where = ["exec", "postgres-0", `--namespace=${dev.namespace}`, "--container=postgres", "--"];
  same(await kubectl(cluster, [...where, ...cat]), text, "the value in the pod");
  const asAda = new ServiceApi(dev.url, token);
  claim(
    (await asAda.ask<{ items: unknown[] }>("GET", "/databases")).items.length > 0,
    "the new token is known",
  );
  const url = (name: string) => new URL(values[name] ?? "").password;
  return [
    { name: "the new text", text },
    { name: "the new token's hash", text: new Bun.CryptoHasher("sha256").update(token).digest("hex") },
    { name: "PostgreSQL's password", text: values["postgres-password"] ?? "" },
    { name: "the store's password", text: url("database-url") },
    { name: "shop's password", text: url("shop-url") },
  ];
}

/** Looks for plain text where it must not be. Something that is there must be found, else nothing was looked at. */
async function nowhereElse(world: World, cluster: Cluster, needles: readonly Needle[]): Promise<void> {
  const encrypted = readFileSync(join(checkoutOf(cluster), secretsFile("dev")), "utf8");
  const cipher = /^scenario-text: (ENC\[\S+)/m.exec(encrypted)?.[1] ?? "";
  const control = { name: "the encrypted text", text: cipher };
  for (const [place, contents, known] of [
    ["etcd's data files", await etcdFiles(cluster), control],
    [
      "Argo CD's cache",
      await argoCdCache(cluster),
      { name: "the ConfigMap's name", text: "encrypted-secrets" },
    ],
    ["the logs", await logsOf(cluster, ["argocd", "schemawatch-dev"]), { name: "a level", text: "level" }],
  ] as const) {
    const bytes = contents.reduce((sum, content) => sum + content.length, 0);
    claim(
      contents.some((content) => foundIn(content, [known]).length > 0),
      `${place} hold ${known.name}`,
    );
    const found = [...new Set(contents.flatMap((content) => foundIn(content, needles)))];
    same(found, [], `plain text in ${place}`);
    world.note(`${place}: ${(bytes / 1e6).toFixed(1)} MB without any of ${needles.length} plain values`);
  }
}

/** Encrypts for a key that the cluster has not: nothing that runs may be touched. */
async function wrongKey(world: World, cluster: Cluster, dev: Standing): Promise<void> {
  const before = await podIds(cluster, dev.namespace);
  const other = join(mkdtempSync(join(tmpdir(), "schemawatch-key-")), "keys.txt");
  try {
    await makeAgeKey(checkoutOf(cluster), other);
    const [ours, theirs] = [await recipientOf(cluster.ageKeyFile), await recipientOf(other)];
    // dev's rule is the first.
    editFile(cluster, ".sops.yaml", (text) => text.replace(ours, theirs));
    await script(cluster, secrets, ["rotate", "dev", "--key", cluster.ageKeyFile]);
  } finally {
    rmSync(join(other, ".."), { recursive: true });
  }
  const users = probe(`${dev.url}/login`, 10);
  try {
    await deliver(cluster, "Encrypt dev's secrets for another key");
    const said = await waitFor("an init container that cannot decrypt", 120_000, () =>
      refusal(cluster, dev.namespace),
    );
    world.note(`a wrong key: ${said}`);
    await Bun.sleep(HELD_MS);
    const held = await podIds(cluster, dev.namespace, isReady);
    same([...held].sort(), [...before].sort(), "the pods that are ready while the key is wrong");
  } finally {
    const { requests, failures } = await users.stop();
    const start = performance.now();
    const mended = await takeBack(cluster, dev.revision, "Encrypt dev's secrets for its own key again");
    await untilAt(cluster, "dev", mended, 5 * 60_000);
    world.note(`the right key again: push to healthy ${seconds(performance.now() - start)}`);
    same(failures, [], `failed requests of ${requests} while the key is wrong`);
  }
}

/** What the decrypting init container of some pod says, when it refuses. */
async function refusal(cluster: Cluster, namespace: string): Promise<string | undefined> {
  for (const { metadata } of await list<Pod>(cluster, namespace, "pod")) {
    const logs = ["logs", metadata.name, `--namespace=${namespace}`, "--container=decrypt-secrets"];
    const { stdout } = await tryKubectl(cluster, logs);
    const line = /^secrets: .* cannot be decrypted: .*$/m.exec(stdout)?.[0];
    if (line !== undefined) return `${metadata.name} says "${line}"`;
  }
  return undefined;
}

async function podIds(
  cluster: Cluster,
  namespace: string,
  which: (pod: Pod) => boolean = () => true,
): Promise<string[]> {
  const pods = await Promise.all(COMPONENTS.map((component) => podsOf(cluster, namespace, component)));
  return pods
    .flat()
    .filter(which)
    .map(({ metadata }) => metadata.uid);
}

/** The file of tokens with one more. */
async function withToken(text: string): Promise<{ file: string; token: string }> {
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-token-"));
  try {
    const path = join(folder, "tokens.yaml");
    writeFileSync(path, text, { mode: 0o600 });
    const token = await addToken(path, `scenario-${Date.now()}`, "viewer");
    return { file: readFileSync(path, "utf8"), token };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
