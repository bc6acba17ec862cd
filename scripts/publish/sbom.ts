import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../service/errors.ts";

/** One part of the image, as CycloneDX 1.6 describes it: https://cyclonedx.org/docs/1.6/json/. */
export interface Component {
  readonly type: "library" | "application" | "container";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-512" | "SHA-256"; readonly content: string }[];
}

interface Program {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, readonly [string, string, LockedPackage, string?]>>;
}

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalPeers?: readonly string[];
}

/**
 * What is in the image: the locked packages that the program is made of, Bun, which is compiled into it, and the base that
 * it runs on. Throws AppError "invalid" when the Dockerfile or a lock file does not name one of them exactly.
 */
export function listParts(root: string): Component[] {
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const { version, dependencies } = JSON.parse(read("package.json")) as Program;
  const bun = (JSON.parse(read("tools/bun/package.json")) as { dependencies: { bun: string } }).dependencies
    .bun;
  return [
    { type: "application", name: "schemawatch", version, purl: `pkg:generic/schemawatch@${version}` },
    { type: "application", name: "bun", version: bun, purl: `pkg:npm/bun@${bun}` },
    baseOf(read("Dockerfile")),
    ...packagesOf(Bun.JSONC.parse(read("bun.lock")) as Lock, Object.keys(dependencies)),
  ];
}

/** The parts as a CycloneDX document; the same parts give the same text. */
export function toSbom(parts: readonly Component[]): string {
  const [program, ...components] = parts;
  return `${JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, metadata: { component: program }, components }, null, 2)}\n`;
}

function baseOf(dockerfile: string): Component {
  const [, name, tag, digest] =
    /^ARG RUN_IMAGE=(\S+?):([\w.-]+)@sha256:([0-9a-f]{64})$/m.exec(dockerfile) ?? [];
  if (name === undefined || tag === undefined || digest === undefined) {
    throw new AppError("invalid", "The Dockerfile's RUN_IMAGE is not NAME:TAG@sha256:….", {
      mend: "Pin it by digest.",
    });
  }
  const short = name.split("/").at(-1);
  const purl = `pkg:oci/${short}@sha256%3A${digest}?repository_url=${name}&tag=${tag}`;
  return { type: "container", name, version: tag, purl, hashes: [{ alg: "SHA-256", content: digest }] };
}

/** The packages that are reached from `names`; bun.lock's keys are paths of names, as folders in node_modules would be. */
function packagesOf(lock: Lock, names: readonly string[]): Component[] {
  const reached = new Set<string>(names);
  for (const key of reached) {
    const [, , meta] = lock.packages[key] ?? [];
    const peers = Object.keys(meta?.peerDependencies ?? {}).filter(
      (name) => !meta?.optionalPeers?.includes(name),
    );
    for (const name of [...Object.keys(meta?.dependencies ?? {}), ...peers]) {
      const found = nearest(lock, key, name);
      if (found !== undefined) reached.add(found);
    }
  }
  return [...reached].sort().map((key) => toComponent(lock, key));
}

/** A package's own copy of a dependency comes before one that it shares with those above it. */
function nearest(lock: Lock, key: string, name: string): string | undefined {
  for (let place = key; place !== ""; place = place.slice(0, Math.max(0, place.lastIndexOf("/")))) {
    if (lock.packages[`${place}/${name}`] !== undefined) return `${place}/${name}`;
  }
  return lock.packages[name] === undefined ? undefined : name;
}

function toComponent(lock: Lock, key: string): Component {
  const [id = "", , , integrity = ""] = lock.packages[key] ?? [];
  const [, name, version] = /^(.+)@([^@]+)$/.exec(id) ?? [];
  if (name === undefined || version === undefined || !integrity.startsWith("sha512-")) {
    throw new AppError("invalid", `bun.lock does not pin ${key} by version and SHA-512.`, {
      mend: "Run bun install.",
    });
  }
  const content = Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex");
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  return { type: "library", name, version, purl, hashes: [{ alg: "SHA-512", content }] };
}
