import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import { output } from "../../lib/exec.ts";
import type { NetworkOf, ServiceProcess } from "../types.ts";
import { ADDRESSES, INTERFACE, NODE_INTERFACE } from "./addresses.ts";
import { childrenOf, livingProcess, note, processFile } from "./ledger.ts";

/**
 * The first process of the namespaces. It only waits (bash reaps what is orphaned). Mounts are shared among the cluster's
 * processes, as the kubelet needs it, but not with the machine. What Kubernetes and its runtime write to fixed places lands in
 * memory: nothing of the machine's own is written, and all is gone with the namespace.
 */
const FIRST_PROCESS = `
set -e
mount --make-rprivate /
mount --make-rshared /
for folder in /run /var/lib /var/log; do mount -t tmpfs -o mode=755 tmpfs $folder; done
mkdir -p /run/lock
ip link set lo up
touch "$1"
while :; do sleep 3600 & wait $! || :; done
`;

/** Writes down who it is before it becomes what makes the namespaces; --kill-child ends them with it. */
const WRAPPER = `
set -e
printf '%s %s' $$ "$(cut -d' ' -f22 /proc/$$/stat)" > "$1"
shift
exec unshare --mount --pid --net --ipc --mount-proc --fork --kill-child=SIGKILL "$@"
`;

const START_MS = 20_000;

/** The namespaces of a cluster that runs. */
export interface Namespaces {
  /** The command that runs a command inside. */
  enter(command: readonly string[], network: NetworkOf): string[];
  /** Starts a process inside; it ends with the namespaces. */
  start(service: ServiceProcess): Bun.Subprocess;
}

/** Makes the namespaces and the line between the node's and this machine's network; AppError "conflict" when they are there. */
export async function makeNamespaces(
  folder: string,
  sleep: (ms: number) => Promise<void>,
): Promise<Namespaces> {
  if (livingProcess(folder) !== undefined) {
    throw new AppError("conflict", `A cluster is up in ${folder}.`, {
      mend: "Use it, or run make cluster-down.",
    });
  }
  if (existsSync(`/sys/class/net/${INTERFACE}`)) {
    throw new AppError(
      "conflict",
      `A cluster of another folder is up: its interface ${INTERFACE} is there.`,
      {
        mend: "Take it down first (make cluster-down with its --folder): the addresses of one are fixed.",
      },
    );
  }
  const ready = join(folder, "machine", "namespaces-ready");
  rmSync(ready, { force: true });
  mkdirSync(logFolder(folder), { recursive: true });
  const keeper = detached(
    ["sh", "-c", WRAPPER, "sh", processFile(folder), "bash", "-c", FIRST_PROCESS, "bash", ready],
    join(logFolder(folder), "namespaces.log"),
  );
  for (let waited = 0; !existsSync(ready); waited += 10) {
    if (waited > START_MS || keeper.exitCode !== null) throw stopped("namespaces", folder);
    await sleep(10);
  }

  const namespaces = await attachNamespaces(folder);
  await connect(folder, namespaces);
  return namespaces;
}

/** The namespaces of a cluster that was made before; AppError "not_found" when there is none. */
export async function attachNamespaces(folder: string): Promise<Namespaces> {
  const keeper = livingProcess(folder);
  const [first] = keeper === undefined ? [] : childrenOf(keeper);
  if (first === undefined) {
    throw new AppError("not_found", `No cluster is up in ${folder}.`, { mend: "Run make cluster." });
  }
  const enter = (command: readonly string[], network: NetworkOf) => [
    "nsenter",
    `--target=${first}`,
    "--mount",
    "--pid",
    "--ipc",
    ...(network === "node" ? ["--net"] : []),
    "--",
    ...command,
  ];
  return {
    enter,
    start: ({ name, command, network, env = {}, user }) => {
      const who =
        user === undefined ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"];
      return detached(enter([...who, ...command], network), logFile(folder, name), env);
    },
  };
}

/** Where a service of the cluster writes what it says. */
export function logFile(folder: string, name: string): string {
  return join(logFolder(folder), `${name}.log`);
}

/** What went wrong with a service, with the end of its log. */
export function stopped(name: string, folder: string): AppError {
  const file = logFile(folder, name);
  const said = existsSync(file)
    ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n")
    : "nothing";
  return new AppError("unavailable", `${name} did not become ready. It said last:\n${said}`, {
    mend: `See ${file}.`,
  });
}

function logFolder(folder: string): string {
  return join(folder, "machine", "logs");
}

/** A session of its own, so that Ctrl-C in the terminal of the harness does not reach it. */
function detached(
  command: readonly string[],
  log: string,
  env: Readonly<Record<string, string>> = {},
): Bun.Subprocess {
  appendFileSync(log, "");
  const child = Bun.spawn(
    ["setsid", "sh", "-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", log, ...command],
    {
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    },
  );
  child.unref();
  return child;
}

/** A pair of linked interfaces, and routes over it to all that the node answers for. */
async function connect(folder: string, { enter }: Namespaces): Promise<void> {
  const first = childrenOf(livingProcess(folder) ?? 0)[0] ?? 0;
  const { host, node, linePrefix, pods, services, loadBalancers } = ADDRESSES;
  note(folder, "interface", INTERFACE);
  await output([
    "ip",
    "link",
    "add",
    INTERFACE,
    "type",
    "veth",
    "peer",
    "name",
    NODE_INTERFACE,
    "netns",
    String(first),
  ]);
  const onNode = (...args: string[]) => output(enter(["ip", ...args], "node"));
  await output(["ip", "address", "add", `${host}/${linePrefix}`, "dev", INTERFACE]);
  await output(["ip", "link", "set", INTERFACE, "up"]);
  await onNode("address", "add", `${node}/${linePrefix}`, "dev", NODE_INTERFACE);
  await onNode("link", "set", NODE_INTERFACE, "up");
  await onNode("route", "add", "default", "via", host);
  await output(enter(["sysctl", "-qw", "net.ipv4.ip_forward=1"], "node"));
  for (const range of [pods, services, loadBalancers])
    await output(["ip", "route", "add", range, "via", node]);
}
