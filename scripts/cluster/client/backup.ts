import { AppError } from "../../../service/errors.ts";
import type { ClusterFacts } from "../types.ts";
import { find, isReady, kubectl, list, type Pod } from "./kubectl.ts";
import { waitFor } from "./wait.ts";

/* Backups of dev by the commands of docs/deploy.md. */

const NAMESPACE = "schemawatch-dev";
const CRON_JOB = "cronjob/backup";
/** A dump of small databases and its proof, on a busy machine. */
const DONE_MS = 180_000;

interface Job {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: { command: readonly string[] }[] } };
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Makes a dump of each database now; returns what the job said. */
export function backUp(cluster: ClusterFacts): Promise<string> {
  return withJob(cluster, "backup-now", null, (job) => ended(cluster, job));
}

/** Copies the volume of the backups into a folder of this machine. */
export async function takeBackups(cluster: ClusterFacts, folder: string): Promise<void> {
  await withJob(cluster, "copy", ["sleep", "600"], async (job) => {
    await copy(cluster, [`${await podOf(cluster, job)}:/backups`, folder]);
  });
}

/** Copies a folder's dumps into the volume of the backups. */
export async function putBackups(cluster: ClusterFacts, folder: string): Promise<void> {
  await withJob(cluster, "copy", ["sleep", "600"], async (job) => {
    await copy(cluster, [`${folder}/.`, `${await podOf(cluster, job)}:/backups`]);
  });
}

/** Restores the newest dump of a database; returns what the job said. */
export function restore(cluster: ClusterFacts, database: string): Promise<string> {
  const command = ["/bin/sh", "/scripts/restore.sh", "/backups", database];
  return withJob(cluster, `restore-${database}`, command, (job) => ended(cluster, job));
}

/** A job of the backup's CronJob for the time of `work`, with another command where one is given. */
async function withJob<T>(
  cluster: ClusterFacts,
  name: string,
  command: readonly string[] | null,
  work: (job: string) => Promise<T>,
): Promise<T> {
  const create = ["create", "job", name, `--namespace=${NAMESPACE}`, `--from=${CRON_JOB}`];
  const job = JSON.parse(await kubectl(cluster, [...create, "--dry-run=client", "--output=json"])) as Job;
  const [container] = job.spec.template.spec.containers;
  if (container !== undefined && command !== null) container.command = command;
  await kubectl(cluster, ["apply", "--filename=-"], { input: JSON.stringify(job) });
  try {
    return await work(name);
  } finally {
    await kubectl(cluster, ["delete", "job", name, `--namespace=${NAMESPACE}`, "--grace-period=1"]);
  }
}

async function ended(cluster: ClusterFacts, job: string): Promise<string> {
  const how = await waitFor(`the job ${job} to end`, DONE_MS, async () => {
    const conditions = (await find<Job>(cluster, NAMESPACE, `job/${job}`))?.status?.conditions ?? [];
    return conditions.find(({ type, status }) => status === "True" && /^(Complete|Failed)$/.test(type))?.type;
  });
  const said = await kubectl(cluster, [
    "logs",
    `job/${job}`,
    `--namespace=${NAMESPACE}`,
    "--container=backup",
  ]);
  if (how === "Complete") return said.trim();
  throw new AppError("conflict", `The job ${job} failed and said: ${said.trim()}`);
}

async function podOf(cluster: ClusterFacts, job: string): Promise<string> {
  return waitFor(`the pod of the job ${job}`, DONE_MS, async () => {
    const [pod] = await list<Pod>(cluster, NAMESPACE, "pod", `job-name=${job}`);
    return pod !== undefined && isReady(pod) && pod.metadata.name;
  });
}

async function copy(cluster: ClusterFacts, fromTo: readonly [string, string]): Promise<void> {
  await kubectl(cluster, ["cp", `--namespace=${NAMESPACE}`, "--container=backup", ...fromTo]);
}
