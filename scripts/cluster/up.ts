import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../service/clock.ts";
import { AppError } from "../../service/errors.ts";
import { output } from "../lib/exec.ts";
import { buildImages } from "./images/index.ts";
import { attach, type MachineOptions, startMachine, stopMachine } from "./machine/index.ts";
import { handOver, prepare } from "./remote/deploy.ts";
import type { Cluster } from "./types.ts";

/** Shows that a folder is a cluster's, and may be removed whole. */
const MARK = ".schemawatch-cluster";

/** Written when all is deployed; a start that broke off before is no cluster yet. */
const COMPLETE = join("machine", "complete");

/** What is deployed from git. */
const DEPLOYED = ["schemawatch", "postgres", "argocd", "rollouts", "redis", "git", "sops"] as const;

/** Whether a cluster was brought up to its end in a folder; it may have ended since. */
export function isComplete(folder: string): boolean {
  return existsSync(join(folder, COMPLETE));
}

/**
 * The cluster in a folder: the one that is up, else a new one on which Argo CD runs and dev is deployed and healthy. A start
 * that broke off is removed first. AppError "invalid" for a folder that holds something else, and as `startMachine` throws it.
 */
export async function up(options: Omit<MachineOptions, "beside">): Promise<Cluster> {
  const { folder } = options;
  if (isComplete(folder)) {
    try {
      return await attach(options);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found")) throw error;
    }
  }
  claim(folder);
  await stopMachine(folder);
  const beside = async (made: Cluster) => {
    const images = await buildImages(made, made.log, DEPLOYED);
    await prepare(made, images);
  };
  const cluster = await startMachine({ ...options, beside });
  await handOver(cluster);
  writeFileSync(join(folder, COMPLETE), "");
  cluster.log("up");
  return cluster;
}

/** Ends the cluster of a folder, in whatever state, and removes the folder. Does nothing when there is none. */
export async function down(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  refuseForeign(folder);
  await stopMachine(folder, systemClock);
  await output(["rm", "-rf", "--one-file-system", folder]);
}

function claim(folder: string): void {
  mkdirSync(folder, { recursive: true });
  refuseForeign(folder);
  writeFileSync(join(folder, MARK), "");
}

function refuseForeign(folder: string): void {
  if (existsSync(join(folder, MARK)) || readdirSync(folder).length === 0) return;
  throw new AppError("invalid", `${folder} holds something that is no cluster of this command.`, {
    mend: "Name a folder that is empty or not there yet: --folder FOLDER.",
  });
}
