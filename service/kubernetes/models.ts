/** The official client's types. Types only: nothing of the package is loaded by them. */
export type {
  CoreV1EventList,
  V1ConfigMap,
  V1Container,
  V1ContainerStatus,
  V1EnvVar,
  V1Job,
  V1OwnerReference,
  V1Pod,
  V1PodList,
  V1PodSpec,
} from "@kubernetes/client-node";
