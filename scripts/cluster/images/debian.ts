import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../lib/exec.ts";
import { hashOf } from "./content.ts";
import type { ImageStorage } from "./storage.ts";

/**
 * One root for every image that needs more than a static binary: a node then pulls and unpacks it once. dash, coreutils
 * and their like stand for what the images of the manifests bring (Debian's and Alpine's shells).
 */
const PACKAGES = [
  ...["dash", "coreutils", "findutils", "grep", "sed", "libc-bin", "ca-certificates", "tzdata"],
  ...["git", "gpg", "gpg-agent", "tini"],
  "redis-server",
  "postgresql-15",
];
const SUITE = "bookworm";

/** What no program here reads. Without llvmjit PostgreSQL compiles no queries, and so needs no LLVM of 120 MB. */
const LEFT_OUT = [
  ...["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/i18n/*", "/usr/share/perl*"],
  ...["/usr/lib/x86_64-linux-gnu/perl*", "/usr/lib/x86_64-linux-gnu/libperl*"],
  ...["/usr/lib/x86_64-linux-gnu/libLLVM*", "/usr/lib/x86_64-linux-gnu/libz3*"],
  ...["/usr/lib/postgresql/15/lib/bitcode/*", "/usr/lib/postgresql/15/lib/llvmjit*"],
];

/** Package servers can be slow. */
const TIMEOUT_MS = 15 * 60_000;

/** Says which root this is, for the keys of what stands on it. */
export const DEBIAN_KEY = hashOf(JSON.stringify([PACKAGES, LEFT_OUT, SUITE]));

const TAG = `localhost/cluster-debian:${DEBIAN_KEY.slice(0, 16)}`;

/** The root's tag in the storage; mmdebstrap makes it if it is not there yet. */
export async function debianRoot(storage: ImageStorage): Promise<string> {
  if (await storage.has(TAG)) return TAG;
  const folder = storage.scratch();
  try {
    await output(
      [
        ...["mmdebstrap", "--quiet", "--variant=extract", `--include=${PACKAGES.join(",")}`],
        ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
        ...[SUITE, join(folder, "root.tar")],
      ],
      { env: { SOURCE_DATE_EPOCH: "0" }, timeoutMs: TIMEOUT_MS },
    );
    writeFileSync(join(folder, "Containerfile"), "FROM scratch\nADD root.tar /\n");
    await storage.build(TAG, folder);
    return TAG;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
