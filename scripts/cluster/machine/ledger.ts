import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, systemCode } from "../../../service/errors.ts";
import { run } from "../../lib/exec.ts";

/**
 * What a cluster leaves in the system outside of its folder, each written here before it is made, so that a harness that is
 * killed between any two steps leaves nothing that `sweep` does not know. Everything else (processes, mounts, addresses,
 * packet filter rules, shared memory) lives in the namespaces of one process and ends with it: pid_namespaces(7).
 */
export interface Entries {
  /** Linux' cgroup of the node's pods, a folder of each hierarchy. */
  readonly cgroup: string;
  /** This machine's end of the line to the node. */
  readonly interface: string;
  /** Kernel settings that the kubelet changes, with the values before. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The first process of the namespaces, as its wrapper wrote it down before becoming it: "PID STARTTIME". */
const PROCESS = "process";

/**
 * Every process that the harness starts outside of the namespaces (kubectl, git, buildah) inherits this variable with the
 * cluster's folder, so that those of a harness that was killed are found.
 */
const VARIABLE = "SCHEMAWATCH_CLUSTER";

/** How long the kernel may take to end the processes of a namespace and let go of what they held. */
const END_MS = 30_000;

/** The folder of the ledger in a cluster's folder. */
export function ledgerFolder(folder: string): string {
  return join(folder, "machine", "ledger");
}

/** Writes an entry; call it before making the thing. */
export function note<K extends keyof Entries>(folder: string, key: K, value: Entries[K]): void {
  mkdirSync(ledgerFolder(folder), { recursive: true });
  writeFileSync(join(ledgerFolder(folder), key), JSON.stringify(value));
}

/** Marks what this process starts from now on as the cluster's. */
export function markChildren(folder: string): void {
  mkdirSync(ledgerFolder(folder), { recursive: true });
  process.env[VARIABLE] = folder;
}

/** The file that the wrapper of the first process writes "PID STARTTIME" to. */
export function processFile(folder: string): string {
  mkdirSync(ledgerFolder(folder), { recursive: true });
  return join(ledgerFolder(folder), PROCESS);
}

/** The process that keeps the cluster's namespaces, when it runs: another one of the same number has another start time. */
export function livingProcess(folder: string): number | undefined {
  const file = join(ledgerFolder(folder), PROCESS);
  if (!existsSync(file)) return undefined;
  const [pid = "", started = ""] = readFileSync(file, "utf8").trim().split(" ");
  return pid !== "" && startTime(Number(pid)) === started ? Number(pid) : undefined;
}

/** Ends and removes all that the ledger of a folder holds. Does nothing where there is none; may be called again. */
export async function sweep(folder: string, sleep: (ms: number) => Promise<void>): Promise<void> {
  const ledger = ledgerFolder(folder);
  if (!existsSync(ledger)) return;
  const keeper = livingProcess(folder);
  if (keeper !== undefined) await end(keeper, sleep);
  for (const pid of strays(folder)) kill(pid);

  const { interface: name, cgroup, settings } = readEntries(ledger);
  // It goes with the other end, but the kernel takes its time.
  if (name !== undefined && existsSync(`/sys/class/net/${name}`)) await run(["ip", "link", "delete", name]);
  if (cgroup !== undefined) await removeCgroups(cgroup, sleep);
  for (const [file, value] of Object.entries(settings ?? {})) writeFileSync(file, value);
  rmSync(ledger, { recursive: true });
}

/** The kernel kills all of a pid namespace with its first process, which is killed with the one that keeps it. */
async function end(keeper: number, sleep: (ms: number) => Promise<void>): Promise<void> {
  const first = childrenOf(keeper).map((pid) => ({ pid, started: startTime(pid) }));
  kill(keeper);
  for (
    let waited = 0;
    first.some(({ pid, started }) => started !== "" && startTime(pid) === started);
    waited += 20
  ) {
    if (waited > END_MS) {
      throw new AppError("timeout", `The cluster's processes have not ended within ${END_MS / 1000} s.`, {
        mend: "One of them waits for a disk or the network; run make cluster-down again.",
      });
    }
    await sleep(20);
  }
}

/** Processes that carry the mark, but for this one and those that it descends from. */
function strays(folder: string): number[] {
  const line = new Set<number>();
  for (let pid = process.pid; pid > 0 && !line.has(pid); pid = parentOf(pid)) line.add(pid);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && !line.has(pid))
    .filter((pid) => readProcess(pid, "environ").split("\0").includes(`${VARIABLE}=${folder}`));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

/** The children of a process, whichever of its threads made them. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" "))
      .filter((child) => child !== "")
      .map(Number);
  } catch {
    return [];
  }
}

/** When a process began, in the kernel's ticks; "" when there is none of that number. */
export function startTime(pid: number): string {
  const { state, fields } = statOf(pid);
  return state === "Z" ? "" : (fields[18] ?? "");
}

function parentOf(pid: number): number {
  return Number(statOf(pid).fields[0] ?? 0);
}

/** The state, and the fields 4 and on, of /proc/PID/stat (proc(5)): they stand after the name, which may hold spaces. */
function statOf(pid: number): { state: string; fields: string[] } {
  const stat = readProcess(pid, "stat");
  const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state, fields };
}

/** A file of a process; "" when it has ended. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function readEntries(ledger: string): Partial<Entries> {
  const keys = ["cgroup", "interface", "settings"] as const;
  return Object.fromEntries(
    keys
      .filter((key) => existsSync(join(ledger, key)))
      .map((key) => [key, JSON.parse(readFileSync(join(ledger, key), "utf8"))]),
  );
}

/** The folders of a cgroup: one in version 2, one a hierarchy in version 1. */
export function cgroupFolders(name: string): string[] {
  const root = "/sys/fs/cgroup";
  if (existsSync(join(root, "cgroup.controllers"))) return [join(root, name)];
  return readdirSync(root).map((hierarchy) => join(root, hierarchy, name));
}

/** A cgroup is removed from its leaves up, and only once the kernel has let go of its processes. */
async function removeCgroups(name: string, sleep: (ms: number) => Promise<void>): Promise<void> {
  for (const folder of cgroupFolders(name)) {
    for (let waited = 0; existsSync(folder); waited += 20) {
      try {
        removeTree(folder);
      } catch (error) {
        if (waited > END_MS) throw error;
        await sleep(20);
      }
    }
  }
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  rmdirSync(folder);
}
