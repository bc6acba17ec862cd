import type { Application } from "./application.ts";

export interface Health {
  /** Why the release must not go further, whatever the reason; empty when it is well. */
  readonly faults: readonly string[];
  /** The commit that Argo CD compared and synced. */
  readonly revision: string;
  /** How long this digest has been running and healthy without a break. */
  readonly soakedMs: number;
}

/**
 * Judges whether an Application runs `digest` and is well, and for how long. `digestAt` says which digest the environment
 * had in a commit (undefined: this checkout does not know it).
 *
 * An aborted Rollout leaves git at the new version and the cluster at the old one; Argo CD then says Degraded. So the
 * health, the revision's digest and the images that run must agree, each by itself.
 */
export async function judge(
  application: Application,
  digest: string,
  now: Date,
  digestAt: (revision: string) => Promise<string | undefined>,
): Promise<Health> {
  const { sync, health, operationState, history = [], summary, conditions = [] } = application.status ?? {};
  const faults: string[] = [];
  if (sync?.status !== "Synced")
    faults.push(`it is ${sync?.status ?? "not compared with git yet"}, not Synced`);
  if (health?.status !== "Healthy") {
    faults.push(`it is ${health?.status ?? "of unknown health"}, not Healthy${said(health?.message)}`);
  }
  const phase = operationState?.phase;
  if (phase !== "Succeeded")
    faults.push(`its last sync is ${phase ?? "not done"}${said(operationState?.message)}`);
  for (const { type = "", message } of conditions) {
    if (type.endsWith("Error")) faults.push(`it has a ${type}${said(message)}`);
  }

  const revision = sync?.revision ?? "";
  const synced = revision === "" ? undefined : await digestAt(revision);
  if (synced === undefined) {
    faults.push(`it is synced to ${revision || "no commit"}, which this checkout does not know (git fetch)`);
  } else if (synced !== digest) {
    faults.push(`it is synced to ${revision.slice(0, 12)}, which has ${synced}, not ${digest}`);
  }

  // Pods of finished Jobs keep older images in this list for a while, so others in it say nothing.
  if (!(summary?.images ?? []).some((image) => image.endsWith(`@${digest}`))) {
    faults.push(`no pod of it runs ${digest}`);
  }

  const since = await deployedSince(history, digest, digestAt);
  const healthySince = Date.parse(health?.lastTransitionTime ?? "");
  const start = Math.max(since, Number.isNaN(healthySince) ? since : healthySince);
  return { faults, revision, soakedMs: Number.isFinite(start) ? Math.max(0, now.getTime() - start) : 0 };
}

/** When the digest was first deployed without another one after it; Infinity when the history does not have it. */
async function deployedSince(
  history: readonly { readonly revision?: string; readonly deployedAt?: string }[],
  digest: string,
  digestAt: (revision: string) => Promise<string | undefined>,
): Promise<number> {
  let since = Number.POSITIVE_INFINITY;
  for (const { revision = "", deployedAt = "" } of history.toReversed()) {
    if ((await digestAt(revision)) !== digest) break;
    const at = Date.parse(deployedAt);
    if (Number.isNaN(at)) break;
    since = at;
  }
  return since;
}

function said(message: string | undefined): string {
  return message ? ` (${message})` : "";
}
