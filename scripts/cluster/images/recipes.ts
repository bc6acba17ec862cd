import { join } from "node:path";
import { output } from "../../lib/exec.ts";
import { tool } from "../../lib/tools.ts";
import { binary, moduleSource } from "../machine/binaries.ts";
import type { ImageFile, ImageName, Recipe } from "./recipe.ts";

const HERE = import.meta.dir;

/** From Debian's busybox-static, for images that need no more than a shell. */
const BUSYBOX = "/bin/busybox";

/** An account by which programs that look themselves up find a name and a home. */
function account(name: string, id: number, home: string): Record<string, ImageFile> {
  return {
    "/etc/passwd": { text: `root:x:0:0::/root:/bin/sh\n${name}:x:${id}:${id}::${home}:/bin/sh\n` },
    "/etc/group": { text: `root:x:0:\n${name}:x:${id}:\n` },
  };
}

/** The whole of busybox at its usual paths: the binary, and a link for each of its commands. */
async function busybox(): Promise<Record<string, ImageFile>> {
  const commands = (await output([BUSYBOX, "--list"])).trim().split("\n");
  return {
    "/bin/busybox": { copy: BUSYBOX, mode: 0o755 },
    ...Object.fromEntries(
      commands.filter((name) => name !== "busybox").map((name) => [`/bin/${name}`, { link: "busybox" }]),
    ),
  };
}

/** The program as it is, started in a way that makes it a bad release (faulty/entrypoint.sh). */
function faulty(fault: "crash" | "never-ready" | "failing"): Recipe {
  return {
    repository: "schemawatch",
    base: "schemawatch",
    files: async () => ({
      "/faulty/busybox": { copy: BUSYBOX, mode: 0o755 },
      "/faulty/entrypoint.sh": { copy: join(HERE, "faulty/entrypoint.sh") },
      "/faulty/proxy.ts": { copy: join(HERE, "faulty/proxy.ts") },
    }),
    config: [`ENV FAULT=${fault}`, `ENTRYPOINT ["/faulty/busybox", "sh", "/faulty/entrypoint.sh"]`],
  };
}

/** https://github.com/argoproj/argo-cd/blob/v3.5.3/Dockerfile: the same paths, user, links and wrappers. */
async function argocdFiles(): Promise<Record<string, ImageFile>> {
  const { source } = await moduleSource("argocd", "github.com/argoproj/argo-cd/v3");
  const roles = ["server", "repo-server", "cmp-server", "application-controller", "dex", "notifications"];
  const links = [...roles, "applicationset-controller", "k8s-auth", "commit-server"];
  const wrappers = ["gpg-wrapper.sh", "git-verify-wrapper.sh"];
  return {
    ...account("argocd", 999, "/home/argocd"),
    "/usr/local/bin/argocd": { copy: await binary("argocd"), mode: 0o755 },
    "/usr/local/bin/kustomize": { copy: await tool("kustomize"), mode: 0o755 },
    ...Object.fromEntries(links.map((name) => [`/usr/local/bin/argocd-${name}`, { link: "argocd" }])),
    // The module cache drops the run bit.
    ...Object.fromEntries(
      wrappers.map((name) => [`/usr/local/bin/${name}`, { copy: join(source, "hack", name), mode: 0o755 }]),
    ),
    "/home/argocd/.keep": { text: "" },
  };
}

/** Every image that the cluster can run; all but the service's own, which its Dockerfile makes (service.ts). */
export const RECIPES: Readonly<Record<Exclude<ImageName, "schemawatch">, Recipe>> = {
  // The same program under another digest: a release that is as good.
  "schemawatch-next": {
    repository: "schemawatch",
    base: "schemawatch",
    files: async () => ({}),
    config: ['LABEL org.opencontainers.image.version="next"'],
  },
  "schemawatch-crash": faulty("crash"),
  "schemawatch-never-ready": faulty("never-ready"),
  "schemawatch-failing": faulty("failing"),
  postgres: {
    repository: "library/postgres",
    base: "debian",
    files: async () => ({
      // 999, as in the official image, which base/components/postgres counts on.
      ...account("postgres", 999, "/var/lib/postgresql"),
      "/usr/local/bin/entrypoint.sh": { copy: join(HERE, "postgres/entrypoint.sh"), mode: 0o755 },
    }),
    config: [
      "ENV LANG=C.UTF-8 PATH=/usr/lib/postgresql/15/bin:/usr/local/bin:/usr/bin:/bin",
      "ENV PGDATA=/var/lib/postgresql/15/docker",
      "USER 999:999",
      'ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]',
      'CMD ["postgres"]',
      "STOPSIGNAL SIGINT",
    ],
  },
  argocd: {
    repository: "argoproj/argocd",
    base: "debian",
    files: argocdFiles,
    config: [
      "ENV USER=argocd HOME=/home/argocd",
      "USER 999",
      "WORKDIR /home/argocd",
      'ENTRYPOINT ["/usr/bin/tini", "--"]',
    ],
  },
  rollouts: {
    repository: "argoproj/argo-rollouts",
    base: "scratch",
    files: async () => ({
      "/bin/rollouts-controller": { copy: await binary("rollouts-controller"), mode: 0o755 },
    }),
    config: ["USER 999", 'ENTRYPOINT ["/bin/rollouts-controller"]'],
  },
  redis: {
    repository: "docker/library/redis",
    base: "debian",
    files: async () => account("redis", 999, "/data"),
    config: ["USER 999:999", "WORKDIR /data", 'ENTRYPOINT ["/usr/bin/redis-server"]'],
  },
  git: {
    repository: "alpine/git",
    base: "debian",
    files: async () => account("git", 65532, "/tmp"),
    config: ['ENTRYPOINT ["/usr/bin/git"]'],
  },
  sops: {
    repository: "getsops/sops",
    base: "scratch",
    files: async () => ({
      ...(await busybox()),
      "/usr/local/bin/sops": { copy: await tool("sops"), mode: 0o755 },
      "/tmp/.keep": { text: "" },
    }),
    config: ["ENV PATH=/usr/local/bin:/bin", 'ENTRYPOINT ["sops"]'],
  },
  // https://github.com/coredns/coredns/blob/v1.15.0/Dockerfile
  coredns: {
    repository: "coredns/coredns",
    base: "scratch",
    files: async () => ({ "/coredns": { copy: await binary("coredns"), mode: 0o755 } }),
    config: ["USER 65532:65532", "WORKDIR /", 'ENTRYPOINT ["/coredns"]'],
  },
  busybox: {
    repository: "library/busybox",
    base: "scratch",
    files: busybox,
    config: ["ENV PATH=/bin", 'CMD ["sh"]'],
  },
  pause: {
    repository: "pause",
    base: "scratch",
    files: async () => ({ "/bin/busybox": { copy: BUSYBOX, mode: 0o755 } }),
    // The sandbox of a pod: it holds the namespaces and does nothing. The number is 68 years in seconds.
    config: ["USER 65535:65535", 'ENTRYPOINT ["/bin/busybox", "sleep", "2147483647"]'],
  },
};
