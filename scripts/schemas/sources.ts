/** A Go module that holds API definitions. Go checks each download against its checksum database. */
export interface Source {
  readonly module: string;
  readonly version: string;
}

// Renovate raises these (renovate.json); `make schemas` then writes the schemas anew.
const kubernetes: Source = { module: "k8s.io/kubernetes", version: "v1.37.2" };
const argoCd: Source = { module: "github.com/argoproj/argo-cd/v3", version: "v3.5.3" };
const argoRollouts: Source = { module: "github.com/argoproj/argo-rollouts", version: "v1.10.2" };
const keda: Source = { module: "github.com/kedacore/keda/v2", version: "v2.21.0" };
// The newest that Go's public module proxy serves of this module; both kinds have been stable at v1 since long before.
const prometheusOperator: Source = {
  module: "github.com/prometheus-operator/prometheus-operator",
  version: "v0.85.0",
};

/** Kinds of Kubernetes itself, from its published OpenAPI: those that this repository or its policies' fixtures use. */
export const BUILT_IN = {
  source: kubernetes,
  file: "api/openapi-spec/swagger.json",
  kinds: [
    "v1 ConfigMap",
    "v1 LimitRange",
    "v1 Namespace",
    "v1 PersistentVolumeClaim",
    "v1 Pod",
    "v1 ResourceQuota",
    "v1 Secret",
    "v1 Service",
    "v1 ServiceAccount",
    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
    "apiextensions.k8s.io/v1 CustomResourceDefinition",
    "apps/v1 DaemonSet",
    "apps/v1 Deployment",
    "apps/v1 ReplicaSet",
    "apps/v1 StatefulSet",
    "autoscaling/v2 HorizontalPodAutoscaler",
    "batch/v1 CronJob",
    "batch/v1 Job",
    "networking.k8s.io/v1 NetworkPolicy",
    "policy/v1 PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1 ClusterRole",
    "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
    "rbac.authorization.k8s.io/v1 Role",
    "rbac.authorization.k8s.io/v1 RoleBinding",
    "scheduling.k8s.io/v1 PriorityClass",
    "storage.k8s.io/v1 StorageClass",
  ],
} as const;

/** CustomResourceDefinitions, by the file of the module that holds them. */
export const CUSTOM: readonly { readonly source: Source; readonly files: readonly string[] }[] = [
  {
    source: argoCd,
    files: ["application-crd.yaml", "applicationset-crd.yaml", "appproject-crd.yaml"].map(
      (file) => `manifests/crds/${file}`,
    ),
  },
  {
    source: argoRollouts,
    files: ["manifests/crds/rollout-crd.yaml", "manifests/crds/analysis-template-crd.yaml"],
  },
  {
    source: keda,
    files: [
      "config/crd/bases/keda.sh_scaledobjects.yaml",
      "config/crd/bases/keda.sh_triggerauthentications.yaml",
    ],
  },
  {
    source: prometheusOperator,
    files: ["prometheusrules", "servicemonitors"].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
  },
];

/**
 * CircleCI's own schema of its configuration, by way of the Python package that carries it with its checksum:
 * https://github.com/CircleCI-Public/circleci-yaml-language-server/blob/main/schema.json.
 */
export const CIRCLECI = {
  package: "check-jsonschema",
  version: "0.39.0",
  file: "check_jsonschema/builtin_schemas/vendor/circle-ci.json",
} as const;
