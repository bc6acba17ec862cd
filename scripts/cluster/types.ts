/** Where a process of the cluster sees the network from. The other namespaces are the cluster's own in both cases. */
export type NetworkOf =
  /** As pods' node: what a service listens on is the node's. */
  | "node"
  /** As this machine: what a service listens on is reached by pods at `hostAddress`, through their network policies. */
  | "host";

/** A process that lives as long as the cluster does. */
export interface ServiceProcess {
  /** Names its log, `<folder>/machine/logs/<name>.log`. */
  readonly name: string;
  readonly command: readonly string[];
  readonly network: NetworkOf;
  readonly env?: Readonly<Record<string, string>>;
  /** The system's user it runs as (default: root). */
  readonly user?: string;
}

/** A cluster that is up, as its folder's `cluster.json` holds it for whoever attaches to it. */
export interface ClusterFacts {
  /** Holds everything of the cluster. */
  readonly folder: string;
  /** For kubectl and everything that reads a kubeconfig; its one context is named `schemawatch`. */
  readonly kubeconfig: string;
  /** To be put first on PATH: kubectl and the cluster's other programs. */
  readonly binaries: string;
  /** The node's address; node ports answer there, from this machine too, as do pods and Services at their own. */
  readonly nodeAddress: string;
  /** This machine's address as pods see it: what listens there is outside of the cluster for network policies. */
  readonly hostAddress: string;
  /** A name of `hostAddress` that the cluster's DNS answers, where an address will not do. */
  readonly hostName: string;
  /** HOST:PORT of the image registry, plain HTTP. Containers may also name any other registry: this one is asked for it. */
  readonly registry: string;
  /** etcd's data. */
  readonly etcdFolder: string;
  /** What the repository's clones are pushed to and taken from: a bare git folder, and its URL for pods and this machine. */
  readonly remote: string;
  readonly remoteUrl: string;
  /** The private age key that the environments' secrets are encrypted for. */
  readonly ageKeyFile: string;
  /** Where binaries and images are kept by version for the next cluster. */
  readonly cacheFolder: string;
}

export interface Cluster extends ClusterFacts {
  /** Says a step with the time since the start. */
  log(message: string): void;
  /** Starts a process that ends with the cluster, however that ends. Resolves when it was started, not when it is ready. */
  start(service: ServiceProcess): Promise<void>;
  /** Runs a command to its end inside the cluster's namespaces and returns what it printed; AppError when it fails. */
  run(command: readonly string[], network: NetworkOf): Promise<string>;
}
