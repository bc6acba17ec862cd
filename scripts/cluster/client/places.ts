import { readdirSync } from "node:fs";
import { join } from "node:path";
import { RedisClient } from "bun";
import type { ClusterFacts } from "../types.ts";
import { forwarded } from "./forward.ts";
import { find, kubectl, list, type Pod } from "./kubectl.ts";

/** Text that is looked for, with a name that may be shown: the text itself may be a secret. */
export interface Needle {
  readonly name: string;
  readonly text: string;
}

/** In which of these texts' forms a needle is found: as it is, or as base64 (Secrets in JSON). Returns their names. */
export function foundIn(haystack: Buffer, needles: readonly Needle[]): string[] {
  return needles
    .filter(({ text }) => [text, btoa(text)].some((form) => haystack.includes(form)))
    .map(({ name }) => name);
}

/** Every file of etcd's data folder: what was written to disk, and what it may still hold of the past. */
export async function etcdFiles({ etcdFolder }: ClusterFacts): Promise<Buffer[]> {
  const entries = readdirSync(etcdFolder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => Buffer.from(await Bun.file(file).arrayBuffer())));
}

/** Every value of Argo CD's Redis, unpacked: it keeps most of them gzipped. */
export async function argoCdCache(cluster: ClusterFacts): Promise<Buffer[]> {
  const secret = await find<{ data: { auth: string } }>(cluster, "argocd", "secret/argocd-redis");
  const target = { namespace: "argocd", name: "deployment/argocd-redis", port: 6379 };
  return forwarded(cluster, target, async (port) => {
    const client = new RedisClient(
      `redis://:${encodeURIComponent(atob(secret?.data.auth ?? ""))}@127.0.0.1:${port}`,
    );
    try {
      const values: Buffer[] = [];
      for (const key of await client.keys("*")) {
        // Argo CD keeps strings only; a key may end between the two questions.
        const value = await client.getBuffer(key);
        if (value !== null) values.push(Buffer.from(key), unpacked(Buffer.from(value)));
      }
      return values;
    } finally {
      client.close();
    }
  });
}

/** What gzip packed, else the bytes as they are. */
function unpacked(bytes: Buffer): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? Buffer.from(Bun.gunzipSync(new Uint8Array(bytes))) : bytes;
}

/** The logs of every container in these namespaces, also of the one before a restart. */
export async function logsOf(cluster: ClusterFacts, namespaces: readonly string[]): Promise<Buffer[]> {
  const logs: Buffer[] = [];
  for (const namespace of namespaces) {
    for (const { metadata } of await list<Pod>(cluster, namespace, "pod")) {
      const get = ["logs", metadata.name, `--namespace=${namespace}`, "--all-containers", "--ignore-errors"];
      logs.push(Buffer.from(await kubectl(cluster, get)));
    }
  }
  return logs;
}
