import { expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import { parseDatabases } from "./databases.ts";
import type { WatchedDatabase } from "./types.ts";

const IMAGE = `ghcr.io/acme/process@sha256:${"0a".repeat(32)}`;
const RESOURCES = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { cpu: 2, memory: 1Gi } }";

const parse = (text: string): readonly WatchedDatabase[] =>
  parseDatabases(text, "/etc/watch/databases.yaml", {
    env: { SHOP_URL: "postgres://shop@127.0.0.1/shop" },
    readFile: () => "",
  });

/** A job section on the lines from 2 on, and two databases, of which one has that engine. */
const section = (...lines: string[]) =>
  [
    "job:",
    ...lines.map((line) => `  ${line}`),
    "databases:",
    "  - { name: one, urlEnv: SHOP_URL, engine: job }",
    "  - { name: two, urlEnv: SHOP_URL }",
  ].join("\n");

test("the engine job is taken from the section of that name", () => {
  const target = {
    image: IMAGE,
    command: null,
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } },
    serviceAccount: null,
    namespace: null,
    env: {},
    timeoutMs: 3_600_000,
    startWithinMs: 600_000,
    ttlMs: 3_600_000,
    retries: 0,
  };
  expect(parse(section(`image: ${IMAGE}`, RESOURCES)).map(({ job }) => job)).toEqual([target, null]);
  const more = [
    "command: [python, -m, process]",
    "serviceAccount: processor",
    "namespace: jobs",
    "env: { LEVEL: info, KEY: { secret: acme, key: api-key } }",
    "timeout: 2h",
    "startWithin: 30s",
    "ttl: 5m",
    "retries: 2",
  ];
  expect(parse(section(`image: ${IMAGE}`, RESOURCES, ...more))[0]?.job).toEqual({
    ...target,
    command: ["python", "-m", "process"],
    serviceAccount: "processor",
    namespace: "jobs",
    env: { LEVEL: "info", KEY: { secret: "acme", key: "api-key" } },
    timeoutMs: 7_200_000,
    startWithinMs: 30_000,
    ttlMs: 300_000,
    retries: 2,
  });
});

const whole = (...lines: string[]) => section(`image: ${IMAGE}`, RESOURCES, ...lines);
const resources = (text: string) => section(`image: ${IMAGE}`, `resources: ${text}`);

test.each([
  [
    section("image: ghcr.io/acme/process:1.2", RESOURCES),
    /^databases\.yaml:2: job's image "ghcr\.io\/acme\/process:1\.2" is not named by its digest\. Write it as REPOSITORY@sha256/,
  ],
  [section(RESOURCES), /^databases\.yaml:2: job has no image\. Add/],
  [section(`image: ${IMAGE}`), /^databases\.yaml:2: job has no resources\. Write "resources:/],
  [resources("{ requests: { cpu: 1, memory: 1Gi } }"), /3: job's resources have no limits/],
  [
    resources("{ requests: { cpu: 1 }, limits: { cpu: 1, memory: 1Gi } }"),
    /3: job's requests have no memory/,
  ],
  [
    resources("{ requests: { cpu: 1, memory: lots }, limits: { cpu: 1, memory: 1Gi } }"),
    /memory of job's requests is no quantity/,
  ],
  [resources("{ wants: {} }"), /the key "wants" is unknown\. Use requests, limits/],
  [whole("command: python"), /4: job's command is not a list\. Write \[python/],
  [whole("command: [1]"), /4: a word of job's command is not a text\. Put it in quotes/],
  [whole("serviceAccount: Processor"), /4: job's serviceAccount "Processor" is no name of Kubernetes/],
  [whole("namespace: a.b"), /4: job's namespace "a\.b" is no name of Kubernetes/],
  [whole("env: { 1x: y }"), /4: job's variable "1x" cannot be used/],
  [whole("env: { SCHEMAWATCH_RESULT: y }"), /"SCHEMAWATCH_RESULT" cannot be used/],
  [whole("env: { LEVEL: 1 }"), /4: job's variable LEVEL is not a text\. Put its value in quotes/],
  [whole("env: { KEY: { secret: acme } }"), /4: a variable's secret has no key/],
  [whole("ttl: 1s"), /4: ttl 1s is out of bounds/],
  [whole("timeout: 2d"), /4: timeout "2d" is not a duration/],
  [whole("retries: 11"), /4: retries "11" is out of bounds\. Use 0 to 10/],
  [whole("privileged: true"), /4: the key "privileged" is unknown/],
  [
    "databases:\n  - { name: one, urlEnv: SHOP_URL, engine: job }",
    /2: the engine is job, but there is no job section\. Write "job: \{image: …, resources: …\}" at the top/,
  ],
  [
    "job: x\ndatabases: []",
    /^databases\.yaml:1: job is not a list of keys\. Write image and resources below it/,
  ],
])("refused, by line and with the mend: %#", (text, told) => {
  let fault = "";
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    fault = `${error.message} ${error.mend}`;
  }
  expect(fault).toMatch(told);
});
