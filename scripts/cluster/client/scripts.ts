import { join } from "node:path";
import { AppError } from "../../../service/errors.ts";
import { runScript, type Script } from "../../lib/script.ts";
import type { ClusterFacts } from "../types.ts";

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** The clone of the cluster's repository in which people's commands are run. */
export function checkoutOf({ folder }: ClusterFacts): string {
  return join(folder, "checkout");
}

/** What kubectl and the scripts are run with: this cluster, and its age key. */
export function environmentOf(cluster: ClusterFacts): Record<string, string> {
  const { folder, binaries, kubeconfig, ageKeyFile } = cluster;
  return {
    PATH: `${binaries}:${process.env.PATH ?? ""}`,
    KUBECONFIG: kubeconfig,
    // Else it lies in the home folder, and outlives the cluster.
    KUBECACHEDIR: join(folder, "kubectl"),
    SOPS_AGE_KEY_FILE: ageKeyFile,
  };
}

/** Runs one of the repository's scripts in the cluster's clone, as a person would; `input` is its standard input. */
export async function tryScript(
  cluster: ClusterFacts,
  script: Script,
  args: readonly string[],
  input = "",
): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runScript(script, args, {
    root: checkoutOf(cluster),
    env: { ...process.env, ...environmentOf(cluster), ARGOCD_SERVER: undefined },
    now: () => new Date(),
    sleep: (ms) => Bun.sleep(ms),
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    readInput: async () => input,
  });
  return { status, out: out.join("\n"), err: err.join("\n") };
}

/** As `tryScript`, for what must succeed: returns standard output; AppError "conflict" with what it said otherwise. */
export async function script(
  cluster: ClusterFacts,
  what: Script,
  args: readonly string[],
  input = "",
): Promise<string> {
  const { status, out, err } = await tryScript(cluster, what, args, input);
  if (status === 0) return out;
  throw new AppError("conflict", `${what.name} ${args.join(" ")} ended with ${status}: ${err}\n${out}`);
}
