import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../lib/exec.ts";

/** A Debian root unpacked on a busy disk, or a layer of 300 MB compressed on a busy core. */
const TIMEOUT_MS = 10 * 60_000;

/** buildah with a storage of its own below the cache, so that nothing lies outside of it. */
export interface ImageStorage {
  /** For programs that start buildah themselves. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for what an image is made of, on the same disk. */
  scratch(): string;
  has(tag: string): Promise<boolean>;
  /** Builds the folder's Containerfile; nothing of it bears the time of the build. */
  build(tag: string, folder: string): Promise<void>;
  /** Pushes an image to a registry on this machine; returns its digest there. */
  push(tag: string, target: string): Promise<string>;
}

/** The storage in that folder, made if it is not there. */
export function openStorage(folder: string): ImageStorage {
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, "storage.conf");
  const [graph, run] = [join(folder, "graph"), join(folder, "run")];
  writeFileSync(settings, `[storage]\ndriver = "overlay"\ngraphroot = "${graph}"\nrunroot = "${run}"\n`);
  const env = { CONTAINERS_STORAGE_CONF: settings };
  const buildah = (...args: string[]) => output(["buildah", ...args], { env, timeoutMs: TIMEOUT_MS });
  return {
    env,
    scratch: () => mkdtempSync(join(folder, "scratch-")),
    has: async (tag) => (await buildah("images", "--quiet", "--filter", `reference=${tag}`)).trim() !== "",
    build: async (tag, context) => {
      await buildah(
        "build",
        "--quiet",
        "--timestamp",
        "0",
        "--format",
        "oci",
        "--layers=false",
        "--tag",
        tag,
        context,
      );
    },
    push: async (tag, target) => {
      const digestFile = join(folder, `digest-${process.pid}`);
      try {
        // zstd: three times as fast as gzip for the node that unpacks it.
        const how = [
          "--quiet",
          "--tls-verify=false",
          "--compression-format",
          "zstd",
          "--digestfile",
          digestFile,
        ];
        await buildah("push", ...how, tag, `docker://${target}`);
        return existsSync(digestFile) ? readFileSync(digestFile, "utf8").trim() : "";
      } finally {
        rmSync(digestFile, { force: true });
      }
    },
  };
}
