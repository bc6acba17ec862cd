/** The images of the cluster, by the names that the harness and the scenarios use. */
export type ImageName =
  | "schemawatch"
  | "schemawatch-next"
  | "schemawatch-crash"
  | "schemawatch-never-ready"
  | "schemawatch-failing"
  | "postgres"
  | "argocd"
  | "rollouts"
  | "redis"
  | "git"
  | "sops"
  | "coredns"
  | "busybox"
  | "pause";

/** A file of an image: a copy of one of this machine, a text, or a link. */
export type ImageFile =
  | { readonly copy: string; readonly mode?: number }
  | { readonly text: string; readonly mode?: number }
  | { readonly link: string };

/** How an image is made: files upon a base, and how it starts. */
export interface Recipe {
  /**
   * Its path in the registry: the one that the manifests name, without its host, so that a pull by digest from any host
   * finds it in the cluster's registry.
   */
  readonly repository: string;
  readonly base: "scratch" | "debian" | "schemawatch";
  /** By absolute path in the image. */
  files(): Promise<Readonly<Record<string, ImageFile>>>;
  /** Lines of a Containerfile after its files: USER, ENV, ENTRYPOINT. */
  readonly config: readonly string[];
}
