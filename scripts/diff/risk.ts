import type { KubeObject } from "../lib/kustomize.ts";
import { imagesOf } from "../validate/images.ts";
import type { Change } from "./compare.ts";
import { at, same } from "./fields.ts";
import { immutableFaults, isReplacedHook } from "./immutable.ts";
import { loosened } from "./loosened.ts";

export const LEVELS = ["high", "medium", "low"] as const;

/** Something that a reviewer must know before merging. */
export interface Risk {
  readonly level: (typeof LEVELS)[number];
  /** Kind of risk, for the summary. */
  readonly about: "restart" | "deletion" | "immutable" | "policy" | "data" | "traffic" | "size";
  readonly message: string;
}

/** Kinds whose pods are replaced when their template changes. */
const RUNNING = ["Deployment", "StatefulSet", "DaemonSet", "Rollout"];

/** What is lost with an object of these kinds. */
const LOSS: Readonly<Record<string, string>> = {
  Namespace: "everything in it goes too, its volumes included",
  PersistentVolumeClaim: "its data goes with it, unless its storage class retains volumes",
  StatefulSet: "its pods stop; its volume claims stay behind",
  CustomResourceDefinition: "every object of its kind goes too",
  Deployment: "its pods stop",
  Rollout: "its pods stop",
  DaemonSet: "its pods stop",
  Service: "its name and address no longer answer",
  Application: "what it made may go too",
  ApplicationSet: "its Applications may go too",
};

/** Every risk of a change, the worst first. */
export function risksOf(change: Change): Risk[] {
  const { before, after } = change;
  const risks: Risk[] = [...loosened(before, after)];
  if (before !== undefined && after === undefined) risks.push(deletion(before));
  if (before !== undefined && after !== undefined) {
    risks.push(...immutableFaults(before, after), ...restart(before, after), ...size(before, after));
    risks.push(...traffic(before, after));
  }
  return risks.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

function deletion(object: KubeObject): Risk {
  const options = object.metadata.annotations?.["argocd.argoproj.io/sync-options"] ?? "";
  if (options.includes("Prune=false")) {
    return {
      level: "medium",
      about: "deletion",
      message: "leaves git, but stays in the cluster (Prune=false)",
    };
  }
  const loss = LOSS[object.kind];
  if (loss === undefined) return { level: "low", about: "deletion", message: "is deleted" };
  return { level: "high", about: "deletion", message: `is deleted: ${loss}` };
}

function restart(before: KubeObject, after: KubeObject): Risk[] {
  if (after.kind === "CronJob" && !same(before, after, "spec.jobTemplate")) {
    return [{ level: "low", about: "restart", message: "its next run is another" }];
  }
  if (isReplacedHook(after)) return [{ level: "low", about: "restart", message: "it runs anew" }];
  if (!RUNNING.includes(after.kind) || same(before, after, "spec.template")) return [];
  const [was, is] = [imagesOf(before), imagesOf(after)];
  const images = is.filter((image) => !was.includes(image));
  const why = images.length > 0 ? ` with ${[...new Set(images)].join(", ")}` : "";
  const alone = at(after, "spec.replicas") === 1 && after.kind === "StatefulSet";
  const gap = alone || at(after, "spec.strategy.type") === "Recreate";
  return [
    {
      level: gap ? "high" : "medium",
      about: "restart",
      message: gap
        ? `its only pod stops, then starts anew${why}: an interruption`
        : `its pods are replaced${why}`,
    },
  ];
}

function size(before: KubeObject, after: KubeObject): Risk[] {
  const [was, is] = [at(before, "spec.replicas"), at(after, "spec.replicas")];
  if (typeof was !== "number" || typeof is !== "number" || is >= was) return [];
  return [
    { level: is === 0 ? "high" : "medium", about: "size", message: `goes from ${was} to ${is} replicas` },
  ];
}

function traffic(before: KubeObject, after: KubeObject): Risk[] {
  if (after.kind !== "Service") return [];
  const named = ["spec.type", "spec.selector", "spec.ports", "spec.externalName"];
  const changed = named
    .filter((path) => !same(before, after, path))
    .map((path) => path.slice("spec.".length));
  if (changed.length === 0) return [];
  return [
    { level: "medium", about: "traffic", message: `reaches others in another way: ${changed.join(", ")}` },
  ];
}
