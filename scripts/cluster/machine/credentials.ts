import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../lib/exec.ts";
import { ADDRESSES, NODE_NAME, PORTS } from "./addresses.ts";

/** Who talks to the API server: the name and groups that Kubernetes' own roles are bound to. */
const ACCOUNTS = {
  admin: { user: "admin", groups: "system:masters" },
  controllers: { user: "system:kube-controller-manager", groups: "" },
  scheduler: { user: "system:kube-scheduler", groups: "" },
  kubelet: { user: `system:node:${NODE_NAME}`, groups: "system:nodes" },
  proxy: { user: "system:kube-proxy", groups: "" },
} as const;

export type Account = keyof typeof ACCOUNTS;

/** The files of a cluster's keys, made for it alone. */
export interface Credentials {
  readonly authority: string;
  /** The API server's own certificate; `.key` beside it. */
  readonly server: string;
  /** By which the API server shows itself to the kubelet, and to extension servers such as metrics-server. */
  readonly client: string;
  readonly serviceAccountKey: string;
  readonly tokens: string;
  kubeconfig(account: Account): string;
}

/** Makes the keys, certificates, tokens and kubeconfigs of a cluster in `folder`, and a kubeconfig for people. */
export async function makeCredentials(folder: string, kubeconfig: string): Promise<Credentials> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(folder, name);
  const authority = file("authority.crt");
  await certificate(authority, "schemawatch cluster", [
    "-addext",
    "keyUsage=critical,keyCertSign,digitalSignature",
  ]);
  const signed = [
    "-CA",
    authority,
    "-CAkey",
    keyOf(authority),
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  const names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost"].map(
    (name) => `DNS:${name}`,
  );
  const addresses = [ADDRESSES.node, ADDRESSES.kubernetes, "127.0.0.1"].map((address) => `IP:${address}`);
  await Promise.all([
    certificate(file("server.crt"), "kube-apiserver", [
      ...signed,
      ...[
        "-addext",
        `subjectAltName=${[...names, ...addresses].join(",")}`,
        "-addext",
        "extendedKeyUsage=serverAuth",
      ],
    ]),
    certificate(
      file("client.crt"),
      "front-proxy",
      [...signed, "-addext", "extendedKeyUsage=clientAuth"],
      "system:masters",
    ),
  ]);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(file("service-accounts.key"), privateKey.export({ type: "pkcs1", format: "pem" }), {
    mode: 0o600,
  });

  const tokens = Object.entries(ACCOUNTS).map(([account, { user, groups }]) => {
    const token = randomBytes(24).toString("base64url");
    writeKubeconfig(file(`${account}.kubeconfig`), authority, token);
    if (account === "admin") writeKubeconfig(kubeconfig, authority, token);
    return `${token},${user},${account}${groups === "" ? "" : `,"${groups}"`}`;
  });
  writeFileSync(file("tokens.csv"), `${tokens.join("\n")}\n`, { mode: 0o600 });
  return {
    authority,
    server: file("server.crt"),
    client: file("client.crt"),
    serviceAccountKey: file("service-accounts.key"),
    tokens: file("tokens.csv"),
    kubeconfig: (account) => file(`${account}.kubeconfig`),
  };
}

/** Where a certificate's private key lies. */
export function keyOf(certificateFile: string): string {
  return certificateFile.replace(/\.crt$/, ".key");
}

async function certificate(
  file: string,
  name: string,
  args: readonly string[],
  organization?: string,
): Promise<void> {
  const subject = `${organization === undefined ? "" : `/O=${organization}`}/CN=${name}`;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyOf(file)];
  await output(["openssl", "req", "-x509", ...key, "-out", file, "-days", "30", "-subj", subject, ...args]);
}

/** A kubeconfig is YAML, of which JSON is a part. */
function writeKubeconfig(file: string, authority: string, token: string): void {
  const name = "schemawatch";
  const server = `https://${ADDRESSES.node}:${PORTS.api}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority": authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  writeFileSync(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}
