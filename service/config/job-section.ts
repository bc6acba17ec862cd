import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { JobResources, JobTarget, SecretKey } from "../kubernetes/target.ts";
import { Fields, isNothing } from "./fields.ts";
import type { SourceFile } from "./source-file.ts";

const KEYS = [
  "image",
  "command",
  "resources",
  "serviceAccount",
  "namespace",
  "env",
  "timeout",
  "startWithin",
  "ttl",
  "retries",
];
const TIMEOUT_MS = 3_600_000;
const START_WITHIN_MS = 600_000;
const TTL_MS = 3_600_000;
/** A shorter one could take the Job away before a worker that was away has seen its end. */
const LEAST_TTL_MS = 60_000;

/** https://github.com/distribution/reference: a repository, perhaps a tag, and the digest. */
const BY_DIGEST = /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/;
/** RFC 1123 subdomain, as Kubernetes names most objects. */
const OBJECT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = /^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The section `job` of a databases.yaml; null when it is none (which is a fault). */
export function readJob(file: SourceFile, node: Node | undefined): JobTarget | null {
  if (!isMap(node)) {
    file.fault(node, "job is not a list of keys", "Write image and resources below it.");
    return null;
  }
  const fields = new Fields(file, node, KEYS);
  return {
    image: imageOf(file, node, fields),
    command: commandOf(file, fields),
    resources: resourcesOf(file, node, fields),
    serviceAccount: nameOf(fields, "serviceAccount", OBJECT_NAME),
    namespace: nameOf(fields, "namespace", NAMESPACE),
    env: envOf(file, fields),
    timeoutMs: fields.duration("timeout", TIMEOUT_MS, 1000),
    startWithinMs: fields.duration("startWithin", START_WITHIN_MS, 1000),
    ttlMs: fields.duration("ttl", TTL_MS, LEAST_TTL_MS),
    retries: fields.count("retries", 0, 10),
  };
}

function imageOf(file: SourceFile, node: YAMLMap, fields: Fields): string {
  if (!fields.has("image")) {
    file.fault(node, "job has no image", 'Add "image: REPOSITORY@sha256:…".');
    return "";
  }
  const image = fields.text("image") ?? "";
  if (image !== "" && !BY_DIGEST.test(image)) {
    fields.fault(
      "image",
      `job's image "${image}" is not named by its digest`,
      "Write it as REPOSITORY@sha256:…; docker buildx imagetools inspect shows the digest of a tag.",
    );
  }
  return image;
}

function commandOf(file: SourceFile, fields: Fields): readonly string[] | null {
  if (!fields.has("command")) return null;
  const node = fields.node("command");
  const mend = "Write [python, -m, process]; without it the image's own runs.";
  if (!isSeq(node) || node.items.length === 0) {
    fields.fault("command", "job's command is not a list", mend);
    return null;
  }
  return node.items.flatMap((item) => {
    const word = file.resolve(item);
    if (isScalar(word) && typeof word.value === "string") return [word.value];
    file.fault(word ?? (item as Node), "a word of job's command is not a text", "Put it in quotes.");
    return [];
  });
}

function resourcesOf(file: SourceFile, node: YAMLMap, fields: Fields): JobResources {
  const none = { requests: {}, limits: {} };
  const mend =
    'Write "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: "1", memory: 1Gi } }".';
  const resources = fields.node("resources");
  if (!isMap(resources)) {
    const fault = fields.has("resources") ? "job's resources are not a list of keys" : "job has no resources";
    file.fault(resources ?? node, fault, mend);
    return none;
  }
  const parts = new Fields(file, resources, ["requests", "limits"]);
  const read = (part: "requests" | "limits") => {
    const map = parts.node(part);
    if (!isMap(map)) {
      file.fault(map ?? resources, `job's resources have no ${part}`, mend);
      return {};
    }
    const amounts = file.entries(map).flatMap(([name, value, at]): [string, string][] => {
      const amount = isScalar(value) ? String(value.source ?? value.value) : "";
      if (QUANTITY.test(amount)) return [[name, amount]];
      file.fault(value ?? at, `${name} of job's ${part} is no quantity`, "Write 500m, 2, 512Mi or 1Gi.");
      return [];
    });
    for (const name of ["cpu", "memory"]) {
      if (!map.has(name)) file.fault(map, `job's ${part} have no ${name}`, mend);
    }
    return Object.fromEntries(amounts);
  };
  return { requests: read("requests"), limits: read("limits") };
}

function nameOf(fields: Fields, key: string, pattern: RegExp): string | null {
  const name = fields.text(key);
  if (name !== null && !pattern.test(name)) {
    fields.fault(
      key,
      `job's ${key} "${name}" is no name of Kubernetes`,
      "Use lower-case letters, digits and -.",
    );
  }
  return name;
}

function envOf(file: SourceFile, fields: Fields): Readonly<Record<string, string | SecretKey>> {
  const node = fields.node("env");
  if (isNothing(node)) return {};
  if (!isMap(node)) {
    fields.fault(
      "env",
      "job's env is not a list of keys",
      "Write {LEVEL: info, KEY: {secret: acme, key: api-key}}.",
    );
    return {};
  }
  const variables = file.entries(node).flatMap(([name, value, at]): [string, string | SecretKey][] => {
    if (!VARIABLE.test(name) || name.startsWith("SCHEMAWATCH_")) {
      file.fault(
        at,
        `job's variable "${name}" cannot be used`,
        "Use letters, digits and _; SCHEMAWATCH_… are ours.",
      );
      return [];
    }
    if (isMap(value)) return [[name, secretOf(file, value)]];
    if (isScalar(value) && typeof value.value === "string") return [[name, value.value]];
    file.fault(value ?? at, `job's variable ${name} is not a text`, "Put its value in quotes.");
    return [];
  });
  return Object.fromEntries(variables);
}

/** Secrets are named, never written here. */
function secretOf(file: SourceFile, node: YAMLMap): SecretKey {
  const fields = new Fields(file, node, ["secret", "key"]);
  const needed = (key: string) => {
    if (!fields.has(key))
      file.fault(node, `a variable's secret has no ${key}`, "Write {secret: acme, key: api-key}.");
    return fields.text(key) ?? "";
  };
  return { secret: needed("secret"), key: needed("key") };
}
