import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import { output, run } from "../../lib/exec.ts";
import { listPins, type Pin, ROOT } from "../../lib/tools.ts";

/** Below it, each folder's go.mod pins programs of the cluster; tools/ itself holds those that its tests need. */
const FOLDER = join(ROOT, "tools/cluster");

/** What a module's own release build says to Go. */
interface Recipe {
  /** Names a program otherwise than the folder of its package. */
  readonly name?: string;
  readonly tags?: string;
  /** Variables that the linker sets, by the version that go.mod pins. */
  readonly set?: (version: string) => Readonly<Record<string, string>>;
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  // Their libraries are not needed for overlay snapshots: containerd's BUILDING.md.
  containerd: { tags: "no_btrfs,no_devmapper,no_zfs" },
  // kubectl parses the server's version: k8s.io/component-base/version/base.go says how releases set it.
  kubernetes: {
    set: (version) => {
      const [major = "", minor = ""] = version.split(".");
      const variables = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
      return Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [`k8s.io/component-base/version.${name}`, value]),
      );
    },
  },
  argocd: {
    name: "argocd",
    set: (version) => ({ "github.com/argoproj/argo-cd/v3/common.version": version }),
  },
};

/** In the order of need: what the first image and a Ready node take stands first. */
export const MODULES = [
  "registry",
  "kubernetes",
  "containerd",
  "coredns",
  "argocd",
  "rollouts",
  "network-policies",
  "local-path-provisioner",
  "metrics-server",
] as const;

/** The Kubernetes module takes a quarter of an hour on 2 cores that others use too. */
const BUILD_MS = 60 * 60_000;

const resolved = new Map<string, Promise<string>>();

/** Where programs and images are kept for the next cluster: $XDG_CACHE_HOME/schemawatch, ~/.cache without it. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "schemawatch");
}

/**
 * The path of a program of the cluster, such as `binary("kubelet")`. The first call of a machine builds its module, which
 * takes minutes; it is kept by its versions and build flags. AppError "not_found" for a name that nothing pins and
 * "unavailable" when Go is missing or fails.
 */
export async function binary(name: string): Promise<string> {
  for (const folder of MODULES) {
    if (programsOf(folder).includes(name)) return join(await moduleFolder(folder), name);
  }
  throw new AppError("not_found", `No go.mod below tools/cluster pins a program named ${name}.`);
}

/** The folder that holds the programs of tools/cluster/<folder>, built when it is not there yet; `onBuild` is told first. */
export function moduleFolder(folder: (typeof MODULES)[number], onBuild?: () => void): Promise<string> {
  let path = resolved.get(folder);
  if (path === undefined) {
    path = build(folder, onBuild);
    resolved.set(folder, path);
  }
  return path;
}

/** The source of a module that tools/cluster/<folder> pins, fetched when it is not there yet, and its version with the v. */
export async function moduleSource(
  folder: string,
  module: string,
): Promise<{ source: string; version: string }> {
  const download = ["go", "mod", "download", "-json", module];
  const said = await output(download, { cwd: join(FOLDER, folder), env: GO_ENV, timeoutMs: BUILD_MS });
  const { Dir: source, Version: version } = JSON.parse(said) as { Dir: string; Version: string };
  return { source, version };
}

/** The programs of tools/cluster/<folder>. */
export function programsOf(folder: string): string[] {
  return pinsOf(folder).map(({ name }) => RECIPES[folder]?.name ?? name);
}

/** What a build hangs on, and nothing else: the modules, sources that are here, the flags and the compiler. */
export function buildKey(folder: string, goVersion: string): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const file of readdirSync(join(FOLDER, folder)).sort())
    hash.update(readFileSync(join(FOLDER, folder, file)));
  hash.update(JSON.stringify([flagsOf(folder), goVersion]));
  return hash.digest("hex").slice(0, 16);
}

async function build(folder: string, onBuild?: () => void): Promise<string> {
  const go = Bun.which("go");
  if (go === null) {
    throw new AppError("unavailable", "Go cannot be found, which builds the programs of the cluster.", {
      mend: "Install Go 1.26 or newer. Where that cannot be, kind or k3d may serve as a cluster.",
    });
  }
  const goVersion = (
    await run([go, "env", "GOVERSION"], { cwd: join(FOLDER, folder), env: GO_ENV })
  ).stdout.trim();
  const target = join(cacheFolder(), "bin", `${folder}-${buildKey(folder, goVersion)}`);
  if (existsSync(target)) return target;
  onBuild?.();

  // Made beside it and renamed whole, so that a build that was ended leaves nothing that looks done.
  const partial = `${target}.${process.pid}`;
  removeAbandoned(target);
  mkdirSync(partial, { recursive: true });
  const pins = pinsOf(folder);
  const { status, stderr } = await run(
    [go, "build", ...flagsOf(folder), "-o", `${partial}/`, ...pins.map(({ path }) => path)],
    {
      cwd: join(FOLDER, folder),
      env: GO_ENV,
      timeoutMs: BUILD_MS,
    },
  );
  if (status !== 0) {
    rmSync(partial, { recursive: true });
    throw new AppError("unavailable", `Go could not build tools/cluster/${folder}: ${stderr.trim()}`, {
      mend: "It needs a Go module proxy, or a filled module cache.",
    });
  }
  const [program] = pins;
  const name = RECIPES[folder]?.name;
  if (name !== undefined && program !== undefined)
    renameSync(join(partial, program.name), join(partial, name));
  // Another process may have built the same meanwhile; it is as good.
  if (existsSync(target)) rmSync(partial, { recursive: true });
  else renameSync(partial, target);
  return target;
}

/** Some modules ask for a newer compiler than the machine's: Go fetches it by itself, checked, as a module. */
const GO_ENV = { GOTOOLCHAIN: "auto", GOWORK: "off", CGO_ENABLED: "0" };

/** What builds of the same that were killed left. */
function removeAbandoned(target: string): void {
  const parent = dirname(target);
  for (const entry of existsSync(parent) ? readdirSync(parent) : []) {
    const pid = entry.startsWith(`${basename(target)}.`) ? entry.slice(basename(target).length + 1) : "";
    if (pid !== "" && !existsSync(`/proc/${pid}`)) rmSync(join(parent, entry), { recursive: true });
  }
}

function flagsOf(folder: string): string[] {
  const { tags, set } = RECIPES[folder] ?? {};
  const variables = Object.entries(set?.(pinsOf(folder)[0]?.version ?? "") ?? {});
  const link = ["-s -w", ...variables.map(([name, value]) => `-X ${name}=${value}`)];
  return [...(tags === undefined ? [] : ["-tags", tags]), "-ldflags", link.join(" ")];
}

function pinsOf(folder: string): Pin[] {
  return listPins(FOLDER).filter((pin) => basename(pin.folder) === folder);
}
