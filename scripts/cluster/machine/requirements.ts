import { AppError } from "../../../service/errors.ts";

/** What of the system a cluster runs: the program, or a file it is found by, and the Debian package that has it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  buildah: "buildah",
  busybox: "busybox-static",
  conntrack: "conntrack",
  etcd: "etcd-server",
  git: "git",
  ip: "iproute2",
  ipset: "ipset",
  iptables: "iptables",
  nft: "nftables",
  mmdebstrap: "mmdebstrap",
  nsenter: "util-linux",
  openssl: "openssl",
  runc: "runc",
  "/usr/lib/cni/bridge": "containernetworking-plugins",
};

const ELSEWHERE =
  "Where that cannot be, kind or k3d may serve as a cluster: docs/deploy.md installs onto any.";

/** What of a machine decides whether a cluster can run on it. */
export interface MachineFacts {
  readonly platform: string;
  readonly uid: number;
  /** Whether a program, or a file given by its path, is there. */
  has(program: string): boolean;
}

/** The Debian packages that a machine lacks, sorted. */
export function missingPackages({ has }: Pick<MachineFacts, "has">): string[] {
  const missing = Object.entries(PROGRAMS).filter(([program]) => !has(program));
  return [...new Set(missing.map(([, name]) => name))].sort();
}

/** Refuses (AppError "unavailable") a machine that cannot run a cluster, with what it takes. */
export function refuseMachine(facts: MachineFacts): void {
  if (facts.platform !== "linux") {
    throw new AppError("unavailable", `A cluster of real pods needs Linux; this is ${facts.platform}.`, {
      mend: ELSEWHERE,
    });
  }
  if (facts.uid !== 0) {
    throw new AppError(
      "unavailable",
      `A cluster needs root (namespaces, mounts, cgroups); this is user ${facts.uid}.`,
      {
        mend: `Run it with sudo. ${ELSEWHERE}`,
      },
    );
  }
  const missing = missingPackages(facts);
  if (missing.length === 0) return;
  throw new AppError("unavailable", `These Debian packages are missing: ${missing.join(", ")}.`, {
    mend: `Run: apt-get install --no-install-recommends ${missing.join(" ")}. ${ELSEWHERE}`,
  });
}

/** The cluster's own mounts cover these; what lies there is not seen inside. */
const COVERED = ["/run", "/var/run", "/var/lib", "/var/log"];

/** Refuses (AppError "invalid") a folder that the cluster's own mounts would cover. */
export function refuseFolder(folder: string): void {
  const cover = COVERED.find((parent) => `${folder}/`.startsWith(`${parent}/`));
  if (cover === undefined) return;
  throw new AppError(
    "invalid",
    `${folder} lies in ${cover}, which the cluster covers by a mount of its own.`,
    {
      mend: "Name another folder: --folder, or XDG_CACHE_HOME for the cache.",
    },
  );
}

/** This machine. */
export function thisMachine(): MachineFacts {
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    has: (program) => Bun.which(program) !== null,
  };
}
