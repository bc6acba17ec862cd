import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import type { ClusterFacts } from "../types.ts";
import { hashOf, hashOfFiles, stage } from "./content.ts";
import { DEBIAN_KEY, debianRoot } from "./debian.ts";
import type { ImageName } from "./recipe.ts";
import { RECIPES } from "./recipes.ts";
import { buildService, serviceKey } from "./service.ts";
import { type ImageStorage, openStorage } from "./storage.ts";

export type { ImageName } from "./recipe.ts";

/** Where images are kept: a registry that runs, and the folder that outlives a cluster. */
type Places = Pick<ClusterFacts, "registry" | "cacheFolder">;

/**
 * Makes what is not there yet of these images, and sees that the registry holds them. Returns each one's full reference,
 * `host:port/repository@sha256:…`. An image is made anew when its content changed (its key); else this costs one question to
 * the registry. Needs root, mmdebstrap, buildah, runc and busybox-static.
 */
export async function buildImages<Name extends ImageName>(
  places: Places,
  log: (message: string) => void,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  for (const program of ["mmdebstrap", "buildah", "runc", "busybox"]) {
    if (Bun.which(program) !== null) continue;
    throw new AppError("unavailable", `${program} cannot be found.`, {
      mend: "On Debian, as root: apt-get install mmdebstrap buildah runc busybox-static.",
    });
  }
  const storage = openStorage(join(places.cacheFolder, "buildah"));
  const service = serviceKey();
  const references: Partial<Record<Name, string>> = {};
  // One after the other: the large steps use every core, and two share a base.
  for (const name of names) references[name] = await image(places, log, storage, name, await service);
  return references as Record<Name, string>;
}

async function image(
  places: Places,
  log: (message: string) => void,
  storage: ImageStorage,
  name: ImageName,
  service: string,
): Promise<string> {
  const plan = await planOf(name, service);
  const repository = `${places.registry}/${plan.repository}`;
  const known = recall(places, name, plan.key);
  if (known !== null && (await holds(places.registry, plan.repository, known)))
    return `${repository}@${known}`;

  const began = Date.now();
  const tag = await plan.build(storage);
  const digest = await storage.push(tag, `${repository}:${plan.key.slice(0, 16)}`);
  remember(places, name, plan.key, digest);
  log(`image ${name}: built and pushed in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  return `${repository}@${digest}`;
}

interface Plan {
  readonly repository: string;
  /** Changes with whatever the image is made of. */
  readonly key: string;
  /** Makes the image; returns its tag in the storage. */
  build(storage: ImageStorage): Promise<string>;
}

async function planOf(name: ImageName, service: string): Promise<Plan> {
  if (name === "schemawatch") {
    return { repository: name, key: service, build: (storage) => buildService(storage, service) };
  }
  const { repository, base, files: listFiles, config } = RECIPES[name];
  const files = await listFiles();
  const baseKey = { scratch: "", debian: DEBIAN_KEY, schemawatch: service }[base];
  const key = hashOf(JSON.stringify([baseKey, config, await hashOfFiles(files)]));
  const tag = `localhost/cluster-${name}:${key.slice(0, 16)}`;
  const build = async (storage: ImageStorage): Promise<string> => {
    if (await storage.has(tag)) return tag;
    const bases = {
      scratch: async () => "scratch",
      debian: debianRoot,
      schemawatch: () => buildService(storage, service),
    };
    const from = await bases[base](storage);
    const folder = storage.scratch();
    try {
      stage(join(folder, "files"), files);
      const copy = Object.keys(files).length === 0 ? [] : ["COPY files/ /"];
      writeFileSync(join(folder, "Containerfile"), [`FROM ${from}`, ...copy, ...config, ""].join("\n"));
      await storage.build(tag, folder);
      return tag;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  return { repository, key, build };
}

/** Whether the registry has that manifest: https://github.com/opencontainers/distribution-spec. */
async function holds(registry: string, repository: string, digest: string): Promise<boolean> {
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/${digest}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  });
  return answer.ok;
}

/** The digest that an image of this key had when it was pushed last. */
function recall(places: Places, name: ImageName, key: string): string | null {
  const file = digestFile(places, name, key);
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

function remember(places: Places, name: ImageName, key: string, digest: string): void {
  mkdirSync(join(places.cacheFolder, "images"), { recursive: true });
  writeFileSync(digestFile(places, name, key), digest);
}

function digestFile(places: Places, name: ImageName, key: string): string {
  return join(places.cacheFolder, "images", `${name}-${key.slice(0, 16)}`);
}
