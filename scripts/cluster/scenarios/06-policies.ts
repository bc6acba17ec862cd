import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type KubeObject, nameOf, parseObjects } from "../../lib/kustomize.ts";
import { kubectl, tryKubectl } from "../client/kubectl.ts";
import { checkoutOf } from "../client/scripts.ts";
import { waitFor } from "../client/wait.ts";
import type { Cluster } from "../types.ts";
import { claim, same } from "./framework/assert.ts";
import type { Scenario } from "./framework/scenario.ts";

/** Says with which message a failing fixture is refused (policies/README.md). */
const REFUSED = "policy.schemawatch/refused";

/** Where Pod Security refuses, without any other fault for the policies. */
const RESTRICTED = "schemawatch-dev";

/** policies/fixtures on the real API server, and the Pod Security level that the environments have. */
export const scenario: Scenario = {
  number: 6,
  title: "Each failing fixture is refused with its message, each passing one admitted",
  run: async (world) => {
    const cluster = await world.cluster();
    await world.environment("dev");
    const folder = join(checkoutOf(cluster), "policies/fixtures");
    const read = (name: string) => parseObjects(readFileSync(join(folder, name), "utf8"), name);
    const made = await makeNamespaces(cluster, read("namespaces.yaml"));
    try {
      const counts = { refused: 0, admitted: 0 };
      const faults: string[] = [];
      for (const kind of ["fail", "pass"] as const) {
        for (const file of readdirSync(join(folder, kind)).sort()) {
          for (const object of read(`${kind}/${file}`)) {
            const fault =
              kind === "fail"
                ? await refused(cluster, object, `schemawatch-${basename(file, ".yaml")}`)
                : await admitted(cluster, object);
            if (fault === null) counts[kind === "fail" ? "refused" : "admitted"] += 1;
            else faults.push(`${kind}/${file}: ${nameOf(object)}: ${fault}`);
          }
        }
      }
      same(faults, [], "fixtures that are not answered as they must be");
      world.note(`${counts.refused} fixtures refused with their messages, ${counts.admitted} admitted`);
      claim(counts.refused > 20 && counts.admitted > 20, "all fixtures were asked about");
      world.note(await restricted(cluster));
    } finally {
      await kubectl(cluster, ["delete", "--ignore-not-found", "--wait=false", "--filename=-"], {
        input: made.map((object) => JSON.stringify(object)).join("\n"),
      });
    }
  },
};

/** Makes those that are not there; returns them. The policies bind a namespace within a moment of its making. */
async function makeNamespaces(cluster: Cluster, wanted: readonly KubeObject[]): Promise<KubeObject[]> {
  const made: KubeObject[] = [];
  for (const object of wanted) {
    const { status, stderr } = await tryKubectl(cluster, ["create", "--filename=-"], {
      input: JSON.stringify(object),
    });
    if (status === 0) made.push(object);
    else claim(stderr.includes("AlreadyExists") || stderr.includes("already exists"), stderr);
  }
  await waitFor("the policies to bind policy-fixtures", 30_000, async () => {
    const probe = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "probe", namespace: "policy-fixtures" },
    };
    const service = { ...probe, spec: { ports: [{ port: 80 }], externalIPs: ["192.0.2.1"] } };
    return (await create(cluster, service, true)).status !== 0;
  });
  return made;
}

function create(cluster: Cluster, object: object, dryRun: boolean) {
  const args = ["create", "--filename=-", ...(dryRun ? ["--dry-run=server"] : [])];
  return tryKubectl(cluster, args, { input: JSON.stringify(object) });
}

/** What is wrong with the refusal of a fixture; null when it is as it says. */
async function refused(cluster: Cluster, object: KubeObject, policy: string): Promise<string | null> {
  const message = object.metadata.annotations?.[REFUSED] ?? "";
  const { status, stderr } = await create(cluster, object, false);
  if (status === 0) return "it is admitted";
  const denial = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${message}`;
  return stderr.includes(denial) && message !== "" ? null : `it is refused with: ${stderr.trim()}`;
}

async function admitted(cluster: Cluster, object: KubeObject): Promise<string | null> {
  const { status, stderr } = await create(cluster, object, true);
  // A Secret that the environment has already was admitted before the store was asked.
  if (status === 0 || stderr.includes("already exists")) return null;
  return `it is refused with: ${stderr.trim()}`;
}

/** A pod that no policy of ours minds, but that has the node's network: Pod Security refuses it. */
async function restricted(cluster: Cluster): Promise<string> {
  const labels = {
    "app.kubernetes.io/name": "schemawatch",
    "app.kubernetes.io/component": "web",
    "app.kubernetes.io/part-of": "schemawatch",
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "unrestricted", namespace: RESTRICTED, labels },
    spec: {
      containers: [{ name: "main", image: "example.com/any:1", securityContext: { privileged: true } }],
    },
  };
  const { status, stderr } = await create(cluster, pod, false);
  claim(status !== 0, "a privileged pod is refused");
  const said = /violates PodSecurity "restricted:latest": [^\n]*/.exec(stderr)?.[0];
  claim(said !== undefined, `Pod Security refuses it: ${stderr.trim()}`);
  return `a privileged pod ${said.slice(0, 120)}…`;
}
