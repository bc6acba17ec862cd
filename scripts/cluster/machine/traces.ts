import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/exec.ts";
import { CGROUP } from "./addresses.ts";
import { cgroupFolders } from "./ledger.ts";
import { KERNEL_SETTINGS } from "./node.ts";

/**
 * What of this machine a cluster in `folder` could change, a line each: processes of other namespaces or that name the
 * folder, mounts, interfaces, routes, packet filter rules, address sets, cgroups and kernel settings. The same
 * before and after a cluster, else something stayed. Others' new mounts and rules would show too.
 */
export async function traces(folder: string): Promise<string[]> {
  const listed = await Promise.all(LISTS.map((command) => said(command)));
  return [
    ...processesOf(folder),
    ...listed.flat(),
    ...cgroupFolders(CGROUP).filter((path) => existsSync(path)),
    ...KERNEL_SETTINGS.filter((file) => existsSync(file)).map(
      (file) => `${file}: ${readFileSync(file, "utf8").trim()}`,
    ),
  ].sort();
}

/** Tables that nothing was ever put into are not there; asking for their rules makes none. */
const LISTS = [
  ["cat", "/proc/self/mountinfo"],
  ["ip", "-brief", "link"],
  ["ip", "route"],
  ["ip", "netns"],
  ["ipset", "list", "-name"],
  ["nft", "--stateless", "list", "ruleset"],
];

async function said([program = "", ...args]: readonly string[]): Promise<string[]> {
  const { stdout } = await run([program, ...args]);
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `${program}: ${line}`);
}

function processesOf(folder: string): string[] {
  const ours = readlinkSync("/proc/self/ns/pid");
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const command = tryRead(() =>
        readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " "),
      );
      const space = tryRead(() => readlinkSync(join("/proc", pid, "ns", "pid")));
      // What has no namespace any more is about to be gone.
      const foreign = space !== "" && space !== ours;
      return foreign || command.includes(folder) ? [`process ${pid}: ${command}`] : [];
    });
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
