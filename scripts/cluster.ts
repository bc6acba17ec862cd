import { resolve } from "node:path";
import { AppError } from "../service/errors.ts";
import { MODULES, moduleFolder } from "./cluster/machine/binaries.ts";
import { attach } from "./cluster/machine/index.ts";
import { missingPackages, thisMachine } from "./cluster/machine/requirements.ts";
import type { Cluster } from "./cluster/types.ts";
import { down, isComplete, up } from "./cluster/up.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script } from "./lib/script.ts";

const OPTIONS = { folder: { type: "string", default: ".cluster" } } as const;

/** A throwaway cluster of real pods on this machine. */
export const clusterScript: Script = {
  name: "cluster",
  help: `Usage: bun scripts/cluster.ts up | down | status | build | packages [--folder FOLDER]

A throwaway Kubernetes on this machine, with real pods, our image, Argo CD and a git remote: docs/cluster.md. Needs Linux,
root, Go and some Debian packages; no container engine, no image registry, nothing but package registries.

  up        bring it up, or say how to use the one that is up
  down      end it, in whatever state, and remove its folder: no process, mount, interface or rule stays
  status    say whether it is up, and how to use it
  build     build its programs, which up does too: a quarter of an hour and more, once for each version
  packages  print the Debian packages that are missing, for apt-get install

  --folder FOLDER  what holds all of it (default: .cluster); built programs and images are kept for the next one in
                   $XDG_CACHE_HOME/schemawatch (~/.cache)

Exit status: 0 done; 1 not up, or refused as a cluster of another folder is up; 2 wrong usage, or it cannot run here.`,
  run: async (args, io) => {
    const { values, positionals } = readArguments(args, OPTIONS, { least: 1, most: 1, names: "a command" });
    const folder = resolve(io.root, values.folder);
    switch (positionals[0]) {
      case "up":
        for (const line of usage(await up({ folder, log: io.print }))) io.print(line);
        return EXIT.ok;
      case "down":
        await down(folder);
        return EXIT.ok;
      case "status": {
        if (!isComplete(folder)) throw new AppError("conflict", `No cluster is up in ${folder}.`);
        for (const line of usage(await attach({ folder, log: io.print }))) io.print(line);
        return EXIT.ok;
      }
      case "build":
        for (const module of MODULES) {
          const began = io.now().getTime();
          await moduleFolder(module);
          io.print(`${module}: ${((io.now().getTime() - began) / 1000).toFixed(0)} s`);
        }
        return EXIT.ok;
      case "packages":
        io.print(missingPackages(thisMachine()).join(" "));
        return EXIT.ok;
      default:
        throw new AppError("invalid", `"${positionals[0]}" is no command.`, { mend: "See --help." });
    }
  },
};

function usage({ binaries, kubeconfig, nodeAddress, remoteUrl, folder }: Cluster): string[] {
  return [
    "",
    "kubectl, from this machine:",
    `  export KUBECONFIG=${kubeconfig} PATH=${binaries}:$PATH`,
    "  kubectl get pods --all-namespaces",
    `The page of dev: http://${nodeAddress}:30080; its first token lies in ${folder}.`,
    `The repository that Argo CD follows: git clone ${remoteUrl}`,
    "Argo CD's API, by which its page and its command line work (argocd is on that PATH too):",
    "  address=https://$(kubectl -n argocd get service argocd-server -o jsonpath='{.spec.clusterIP}')",
    "  password=$(kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d)",
    `  token=$(curl -sk $address/api/v1/session -d '{"username":"admin","password":"'$password'"}' | sed 's/.*"token":"//;s/".*//')`,
    '  curl -sk -H "Authorization: Bearer $token" $address/api/v1/applications | head -c 400',
    "End it: make cluster-down",
  ];
}

if (import.meta.main) process.exitCode = await runScript(clusterScript, Bun.argv.slice(2), processIo());
