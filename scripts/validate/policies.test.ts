import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, parseDocument } from "yaml";
import { parseObjects, type Rendered, render } from "../lib/kustomize.ts";
import { ROOT, tool } from "../lib/tools.ts";
import type { Finding } from "./finding.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { askPolicies, checkPolicies, type PolicyReport } from "./policies.ts";
import { judgeFixtures } from "./policy-fixtures.ts";
import type { Built } from "./targets.ts";

const FIXTURES = join(ROOT, "policies/fixtures");
const NAMESPACES = join(FIXTURES, "namespaces.yaml");
const scratch = mkdtempSync(join(tmpdir(), "schemawatch-policies-"));
let policies: Rendered;
let policyFile: string;

// Go compiles the admission plugin once a machine.
beforeAll(async () => {
  await tool("policy");
  policies = await render(join(ROOT, "policies"));
  policyFile = write("policies.yaml", policies.text);
}, 1_200_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

function asTarget(name: string, text: string): Built {
  const overlay = name.startsWith("overlays/") ? name.replace("overlays/", "") : undefined;
  return { name, folder: name, overlay, text, objects: parseObjects(text, name) };
}

async function find(...targets: Built[]): Promise<Finding[]> {
  return checkPolicies(ROOT, [asTarget("policies", policies.text), ...targets], scratch);
}

/** The answers to one fixture at a time, by the object's name. */
async function answers(file: string, now?: Date): Promise<Map<string, string[]>> {
  const objects = [join(FIXTURES, file)];
  const asked = { policies: policyFile, context: [NAMESPACES], objects };
  const report = await askPolicies(now === undefined ? asked : { ...asked, now });
  return new Map(report.verdicts.map(({ name, denials }) => [name, denials.map(({ message }) => message)]));
}

/** Asks about failing fixtures under a policy that no longer refuses anything. */
async function withoutRules(policy: string): Promise<PolicyReport> {
  const documents = parseAllDocuments(policies.text);
  for (const document of documents) {
    if (document.get("kind") !== "ValidatingAdmissionPolicy") continue;
    if (document.getIn(["metadata", "name"]) !== `schemawatch-${policy}`) continue;
    document.setIn(["spec", "validations"], [{ expression: "true" }]);
  }
  const loosened = write(`without-${policy}.yaml`, documents.map(String).join("---\n"));
  return askPolicies({
    policies: loosened,
    context: [NAMESPACES],
    objects: [join(FIXTURES, "fail", `${policy}.yaml`)],
  });
}

test("nothing is found in the policies, their fixtures and the overlays", async () => {
  const overlays = await Promise.all(
    ["dev", "staging", "prod"].map(async (name) =>
      asTarget(`overlays/${name}`, (await render(join(ROOT, "overlays", name))).text),
    ),
  );
  expect(await find(...overlays)).toEqual([]);
}, 120_000);

describe("fixtures are refused by their policy's own rules", () => {
  const names = ["images", "resources", "probes", "privileges", "labels", "secrets", "exposure"];
  for (const policy of [...names, "disruption-budgets"]) {
    test(policy, async () => {
      const report = await withoutRules(policy);
      expect(report.verdicts.length).toBeGreaterThan(0);
      expect(report.verdicts.flatMap(({ denials }) => denials)).toEqual([]);
      const found = (await judgeFixtures(ROOT, report)).filter(({ message }) => message.includes("admitted"));
      expect(found.map(({ rule }) => rule)).toEqual(report.verdicts.map(() => "policy-fixture"));
    }, 60_000);
  }
});

describe("an exemption", () => {
  const excused = "exemption-ended";

  test("holds until its date, and is refused from then on", async () => {
    const before = await answers("fail/images.yaml", new Date("2026-01-30T23:59:59Z"));
    const after = await answers("fail/images.yaml", new Date("2026-01-31T00:00:00Z"));
    expect(before.get(excused)).toEqual([]);
    expect(after.get(excused)?.[0]).toContain("ended on 2026-01-31");
  }, 60_000);

  test("may not be longer than the parameters say", async () => {
    const early = await answers("fail/images.yaml", new Date("2025-10-01T00:00:00Z"));
    expect(early.get(excused)?.[0]).toContain("ends more than 2160h ahead");
  }, 60_000);

  test("keeps a running service's pods after its date, and only those that a controller makes", async () => {
    const [pod] = parseAllDocuments(await Bun.file(join(FIXTURES, "fail/images.yaml")).text());
    pod?.setIn(["metadata", "annotations"], {
      "policy.schemawatch/exempt-images":
        "until 2026-01-31: the vendor ships no digest before its next release",
    });
    const bare = String(pod);
    const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "1", controller: true };
    const document = parseDocument(bare);
    document.setIn(["metadata", "ownerReferences"], [controller]);
    const { verdicts } = await askPolicies({
      policies: policyFile,
      context: [NAMESPACES],
      objects: [write("bare.yaml", bare), write("owned.yaml", String(document))],
      now: new Date("2026-03-01T00:00:00Z"),
    });
    expect(verdicts.map(({ denials }) => denials.length > 0)).toEqual([true, false]);
  }, 60_000);
});

describe("policies that could do nothing are found", () => {
  const policy = (expression: string) => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: services }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [services] }
  validations:
    - expression: ${expression}
`;
  const faultsOf = async (text: string) =>
    (await askPolicies({ policies: write("faulty.yaml", text), objects: [], faults: true })).faults;

  test("by a field that the kind does not have", async () => {
    const faults = await faultsOf(policy("object.spec.typ == 'ClusterIP'"));
    expect(faults.map(({ message }) => message).join()).toContain("undefined field 'typ'");
  }, 60_000);

  test("by a match condition that uses a variable, which the API server refuses", () => {
    const condition = "  matchConditions:\n    - { name: not-exempt, expression: variables.exempt }\n";
    const faulty = parseObjects(policy("true") + condition, "faulty");
    expect(checkMatchConditions(faulty).map(({ message }) => message)).toEqual([
      "the match condition not-exempt uses a variable, so the API server refuses the policy",
    ]);
    expect(checkMatchConditions(policies.objects)).toEqual([]);
  });

  test("by a binding that is missing, on either side", async () => {
    const binding = `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: others }
spec: { policyName: others, validationActions: [Deny] }
`;
    const faults = await faultsOf(policy("object.spec.type == 'ClusterIP'") + binding);
    expect(faults.map((fault) => fault.policy)).toEqual(["services", "others"]);
  }, 60_000);
});

describe("in a rendered overlay", () => {
  const namespace = (labels: string) =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: schemawatch-dev, labels: { ${labels} } }\n`;
  const fixture = async (name: string, from: string) => {
    const [object] = parseAllDocuments(await Bun.file(join(FIXTURES, name)).text());
    object?.setIn(["metadata", "namespace"], "schemawatch-dev");
    return `${namespace("app.kubernetes.io/part-of: schemawatch")}---\n${String(object)}${from}`;
  };

  test("what a policy refuses is found with its message", async () => {
    const found = await find(asTarget("overlays/dev", await fixture("fail/images.yaml", "")));
    expect(found.map(({ where }) => where)).toEqual(["overlays/dev: Pod/by-tag"]);
    expect(found[0]?.message).toContain("images must be named by digest");
  }, 60_000);

  test("a namespace that no policy is bound to is found", async () => {
    const found = await find(asTarget("overlays/dev", namespace("")));
    expect(found.map(({ message }) => message)).toEqual(["no policy judges what is in this namespace"]);
  }, 60_000);

  test("a combination of components may hold any way in, an environment may not", async () => {
    const text = await fixture("fail/exposure.yaml", "");
    expect(await find(asTarget("base with load-balancer", text))).toEqual([]);
    expect(await find(asTarget("overlays/dev", text))).toHaveLength(1);
  }, 60_000);

  test("a disruption budget that is missing, or selects other pods, is found", async () => {
    const budget = (name: string, component: string) => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name}, namespace: schemawatch-dev }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/component: ${component} } } }
`;
    const messages = async (budgets: string) =>
      (await find(asTarget("overlays/dev", await fixture("pass/disruption-budgets.yaml", budgets)))).map(
        ({ message }) => message,
      );
    expect(await messages(budget("web", "web"))).toEqual([]);
    expect(await messages(budget("poller", "web"))).toEqual([
      "it names the PodDisruptionBudget web, which does not exist",
    ]);
    expect(await messages(budget("web", "worker"))).toEqual([
      "its PodDisruptionBudget web selects app.kubernetes.io/component=worker, which its pods do not bear",
    ]);
  }, 60_000);
});

test("a fixture that says nothing, or is not mended in the passing file, is found", async () => {
  const root = join(scratch, "tree");
  cpSync(FIXTURES, join(root, "policies/fixtures"), { recursive: true });
  const file = join(root, "policies/fixtures/fail/secrets.yaml");
  const silent = (await Bun.file(file).text())
    .replace(/ *policy.schemawatch\/refused: .*\n/, "    some/annotation: kept\n")
    .replace("name: with-text", "name: another");
  writeFileSync(file, silent);
  const objects = [file, join(root, "policies/fixtures/pass/secrets.yaml")];
  const report = await askPolicies({ policies: policyFile, context: [NAMESPACES], objects });
  const found = await judgeFixtures(root, report);
  expect(found.map(({ where, message }) => `${where}: ${message.split(" ").slice(0, 5).join(" ")}`)).toEqual([
    "policies/fixtures/fail/secrets.yaml: Secret/with-data: it does not say in",
    'policies/fixtures/fail/secrets.yaml: Secret/another: it is refused with "a',
    "policies/fixtures/fail/secrets.yaml: Secret/another: the passing fixture has no",
  ]);
}, 60_000);
