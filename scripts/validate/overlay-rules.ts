/** Files that an overlay may hold, relative to its folder. Patches are judged by what they change. */
export const OVERLAY_FILES: readonly RegExp[] = [
  /^kustomization\.yaml$/,
  /^image\/kustomization\.yaml$/,
  /^databases\.yaml$/,
  /^baselines\/[\w.-]+\.schema$/,
  /^secrets\.enc\.yaml$/,
  /^[a-z][a-z-]*\.yaml$/,
];

const LABELS =
  "(metadata|spec(\\.jobTemplate\\.spec)?\\.template\\.metadata|spec\\.jobTemplate\\.metadata)\\.labels";
const POD = "spec(\\.jobTemplate\\.spec)?(\\.template)?(\\.spec)?";

/** Fields in which an overlay may differ from base and its components, by kind; each with why it has to. */
export const MAY_DIFFER: readonly { readonly kind: RegExp; readonly field: RegExp; readonly why: string }[] =
  [
    {
      kind: /^/,
      field: new RegExp(`^${LABELS}\\.app\\.kubernetes\\.io/instance$`),
      why: "which environment it is",
    },
    {
      kind: /^StatefulSet$/,
      field: /^spec\.volumeClaimTemplates\[.*\]\.metadata\.labels\./,
      why: "the same",
    },
    { kind: /^ConfigMap$/, field: /^data\./, why: "databases, their secrets and settings" },
    { kind: /^(Deployment|Rollout|StatefulSet)$/, field: /^spec\.replicas$/, why: "size" },
    { kind: /^HorizontalPodAutoscaler$/, field: /^spec\.(min|max)Replicas$/, why: "size" },
    { kind: /^ScaledObject$/, field: /^spec\.(min|max)ReplicaCount$/, why: "size" },
    {
      kind: /^ScaledObject$/,
      field: /^spec\.triggers\[\d+\]\.metadata\.url$/,
      why: "KEDA asks from outside the namespace",
    },
    {
      kind: /^PodDisruptionBudget$/,
      field: /^spec\.(minAvailable|maxUnavailable)$/,
      why: "it follows the size",
    },
    {
      kind: /^(Deployment|Rollout|StatefulSet|Job|CronJob)$/,
      field: new RegExp(`^${POD}\\.(initC|c)ontainers\\[[^\\]]*\\]\\.resources\\.`),
      why: "size",
    },
    {
      kind: /^StatefulSet$/,
      field: /^spec\.volumeClaimTemplates\[[^\]]*\]\.spec\.(resources\.|storageClassName$)/,
      why: "size",
    },
    { kind: /^PersistentVolumeClaim$/, field: /^spec\.(resources\.|storageClassName$)/, why: "size" },
    { kind: /^CronJob$/, field: /^spec\.schedule$/, why: "when nobody is working" },
    {
      kind: /^NetworkPolicy$/,
      field: /^spec\.egress\[\d+\]\.(to|ports)(\[|$)/,
      why: "where databases and Dagster are, outside the cluster",
    },
    { kind: /^Service$/, field: /^spec\.externalName$/, why: "the managed database's host" },
    {
      kind: /^Service$/,
      field: /^metadata\.annotations\.service\.beta\.kubernetes\.io\//,
      why: "names in AWS",
    },
    { kind: /^ServiceAccount$/, field: /^metadata\.annotations\.eks\.amazonaws\.com\//, why: "names in AWS" },
  ];

/** Objects that only an overlay has: what its own generators make. */
export const MAY_ADD: readonly string[] = ["ConfigMap/encrypted-secrets"];
