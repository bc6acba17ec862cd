/** One cluster at a time has these. The host has a route to each of them over the line to the node. */
export const ADDRESSES = {
  host: "10.212.0.1",
  node: "10.212.0.2",
  /** Of the line between them. */
  linePrefix: 30,
  pods: "10.213.0.0/24",
  services: "10.214.0.0/16",
  /** The first of the range, by Kubernetes' rule, is the API server's. */
  kubernetes: "10.214.0.1",
  dns: "10.214.0.10",
  loadBalancers: "10.215.0.0/24",
} as const;

/** A name of the host for ExternalName Services, which take no address: .test is nobody's (RFC 6761). */
export const HOST_NAME = "database.schemawatch.test";

export const PORTS = { api: 6443, registry: 5000 } as const;

/** This machine's end of the line to the node; its name is how a cluster of another folder is noticed. */
export const INTERFACE = "schemawatch0";
/** The node's end. */
export const NODE_INTERFACE = "host0";

/** Of the pods' processes. */
export const CGROUP = "schemawatch";

export const NODE_NAME = "node";
