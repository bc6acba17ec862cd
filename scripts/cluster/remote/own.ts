import { all, digestOf, type Edit, put, withoutItems, withoutObjects } from "./edit.ts";

/** What a fork would fill in. */
export interface OwnFacts {
  readonly remoteUrl: string;
  /** Where the manifests of Argo Rollouts are, in a git server that this cluster reaches. */
  readonly rolloutsUrl: string;
  /** A name that the cluster's DNS has for the managed database. */
  readonly databaseHost: string;
  /** The digests that this cluster's registry has in the place of other people's images. */
  readonly digests: Readonly<Record<"argocd" | "redis" | "rollouts" | "postgres" | "sops" | "git", string>>;
  /** The public half of the age key. */
  readonly recipient: string;
}

/** The environments that stand outside of dev: left out until a scenario sets them up as docs/deploy.md tells. */
export const LATER = ["staging", "prod"] as const;

/**
 * What makes the repository a throwaway cluster's own, as docs/deploy.md (steps 2, 3 and 9) tells whoever forks it; beyond
 * that, what a machine without internet has to leave out or have from elsewhere. Everything else is deployed as it is.
 * Images of our own are named by `nameRegistry`, as that step goes through all files.
 */
export function ownEdits({ remoteUrl, rolloutsUrl, databaseHost, digests, recipient }: OwnFacts): Edit[] {
  const built =
    "the image is built here from packages, so its digest differs; the registry serves it by its name";
  const image = (file: string, name: string, digest: string): Edit => ({
    file,
    why: built,
    change: digestOf(name, digest),
  });
  return [
    {
      file: "argocd/repository/repository.yaml",
      why: "step 2: the fork's own URL",
      change: put(/url: .*/, `url: ${remoteUrl}`),
    },
    {
      file: "argocd/apps/environments.yaml",
      why: "step 2: environments that are not there yet are left out",
      change: put(
        "          - path: overlays/*\n",
        `          - path: overlays/*\n${LATER.map((name) => excluded(name)).join("")}`,
      ),
    },
    {
      file: "argocd/apps/addons.yaml",
      why: "no AWS (step 2), no Helm charts without internet; Argo Rollouts from a mirror, its image from here",
      change: all(
        withoutObjects("aws-load-balancer-controller", "keda"),
        put("https://github.com/argoproj/argo-rollouts.git", rolloutsUrl),
        put(
          /quay\.io\/argoproj\/argo-rollouts:v[\d.]+/,
          `quay.io/argoproj/argo-rollouts@${digests.rollouts}`,
        ),
      ),
    },
    {
      file: "argocd/apps/projects.yaml",
      why: "the mirror of Argo Rollouts is where its Application may come from",
      change: put("https://github.com/argoproj/argo-rollouts.git", rolloutsUrl),
    },
    {
      file: "argocd/cluster/storage-class.yaml",
      why: "step 3: the way to make volumes here",
      change: all(
        put("provisioner: ebs.csi.aws.com", "provisioner: rancher.io/local-path"),
        put(/parameters:\n(?: {2}.*\n)+/, ""),
      ),
    },
    {
      file: "base/components/canary/analysis.yaml",
      why: "two cores need 7 s for each measurement's pod; of ten, a release that fails every second page still fails more than one",
      change: put("count: 20", "count: 10"),
    },
    {
      file: "base/components/canary/rollout.yaml",
      why: "a release that never gets ready is waited for in vain: here a third of the time shows as much",
      change: put("progressDeadlineSeconds: 180", "progressDeadlineSeconds: 60"),
    },
    image("argocd/install/kustomization.yaml", "quay.io/argoproj/argocd", digests.argocd),
    image("argocd/install/kustomization.yaml", "public.ecr.aws/docker/library/redis", digests.redis),
    image("base/components/postgres/kustomization.yaml", "docker.io/library/postgres", digests.postgres),
    image("base/components/secrets/kustomization.yaml", "ghcr.io/getsops/sops", digests.sops),
    image("base/components/config-from-git/kustomization.yaml", "docker.io/alpine/git", digests.git),
    {
      file: ".sops.yaml",
      why: "no KMS: age keys in all environments",
      change: all(
        ...LATER.map((name) => put(new RegExp(`kms: \\S+alias/schemawatch-${name}`), `age: ${recipient}`)),
      ),
    },
    {
      file: "policies/parameters.yaml",
      why: "no KMS: their Secrets hold an age key",
      change: put(
        "secrets: schemawatch-dev/sops-age",
        `secrets: ${["dev", ...LATER].map((name) => `schemawatch-${name}/sops-age`).join(" ")}`,
      ),
    },
    ...LATER.flatMap((name) => environmentEdits(name, databaseHost)),
  ];
}

function environmentEdits(name: (typeof LATER)[number], databaseHost: string): Edit[] {
  const left = ["queue-scaling", "monitoring"];
  return [
    {
      file: `overlays/${name}/kustomization.yaml`,
      why: "no KMS; KEDA and the Prometheus operator come from charts on the internet (step 9 tells to leave them out)",
      change: all(
        put("components/secrets-kms", "components/secrets-age"),
        withoutItems(["components"], (item) => left.some((component) => item.endsWith(`/${component}"`))),
        withoutItems(["patches"], (item) => item.includes("ScaledObject")),
      ),
    },
    {
      file: `overlays/${name}/scaling.yaml`,
      why: "no KEDA, so nothing of it to patch",
      change: (text) =>
        text
          .split(/^---\n/m)
          .filter((part) => !part.includes("kind: ScaledObject"))
          .join("---\n"),
    },
    {
      file: `overlays/${name}/database-host.yaml`,
      why: "step 9: the managed database's host",
      change: put(/externalName: .*/, `externalName: ${databaseHost}`),
    },
  ];
}

/** The line that leaves an environment out (docs/deploy.md, step 2). */
export function excluded(name: string): string {
  return `          - { path: overlays/${name}, exclude: true }\n`;
}
