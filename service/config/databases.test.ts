import { describe, expect, test } from "bun:test";
import { AppError } from "../errors.ts";
import example from "./databases.example.yaml" with { type: "text" };
import { LIMITS, parseDatabases } from "./databases.ts";

const files: Record<string, string> = {
  "/etc/watch/secret/url": "postgres://me:hunter2@db/one\n",
  "/etc/watch/empty": "\n",
  "/etc/watch/two": "hunter2 hunter2\n",
  "/etc/watch/secret/token": "s3cret-token\n",
  "/etc/watch/example/shop-url": "postgres://shop@db/shop",
  "/etc/watch/example/dagster-token": "token",
};
const surroundings = {
  env: { SHOP_URL: "postgres://me:hunter2@db/two", BILLING_URL: "postgres://db/billing" },
  readFile: (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return text;
  },
};

function parse(text: string) {
  return parseDatabases(text, "/etc/watch/databases.yaml", surroundings);
}

function faultsOf(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid")
      return `${error.message} ${error.mend}`.split("\n");
    throw error;
  }
  throw new Error("nothing was found to be wrong");
}

test("every key is taken, and the defaults where there is none", () => {
  const text = `
databases:
  - name: one
    urlFile: secret/url
    interval: 500ms
    exactEvery: 1h
    ignore: [audit, "table:*.log_2*"]
    baseline: schemas/one.snapshot
    labels: { team: payments }
  - { name: "2024", urlEnv: SHOP_URL }
  - name: three
    url: postgresql:///local?host=/run/postgresql
`;
  const common = {
    intervalMs: 1000,
    exactEveryMs: 300_000,
    ignore: [],
    baseline: null,
    labels: {},
    dagster: null,
    job: null,
    sample: false,
  };
  expect(parse(text)).toEqual([
    {
      name: "one",
      url: "postgres://me:hunter2@db/one",
      intervalMs: 500,
      exactEveryMs: 3_600_000,
      ignore: ["audit", "table:*.log_2*"],
      baseline: "/etc/watch/schemas/one.snapshot",
      labels: { team: "payments" },
      dagster: null,
      job: null,
      sample: false,
    },
    { ...common, name: "2024", url: "postgres://me:hunter2@db/two" },
    { ...common, name: "three", url: "postgresql:///local?host=/run/postgresql" },
  ]);
});

test("anchors may name what repeats", () => {
  const text = `
databases:
  - { name: a, url: postgres://db/a, ignore: &usual [audit, tmp] }
  - { name: b, url: postgres://db/b, ignore: *usual }
`;
  expect(parse(text)[1]?.ignore).toEqual(["audit", "tmp"]);
});

test("an empty list watches nothing", () => {
  expect(parse("databases: []")).toEqual([]);
});

const DAGSTER = "dagster: { url: 'https://dagster.test/prod/', location: jobs, job: process }";

test("the engine dagster is taken from the section of that name", () => {
  const text = `${DAGSTER}
databases:
  - { name: one, urlEnv: SHOP_URL, engine: dagster }
  - { name: two, urlEnv: SHOP_URL }`;
  const target = {
    url: "https://dagster.test/prod",
    token: null,
    location: "jobs",
    repository: "__repository__",
    job: "process",
    silenceMs: 600_000,
    timeoutMs: 3_600_000,
    retries: 1,
  };
  expect(parse(text).map(({ dagster }) => dagster)).toEqual([target, null]);
  const more = "tokenFile: secret/token, repository: r, silence: 30s, timeout: 2h, retries: 0 }";
  expect(parse(text.replace("job: process }", `job: process, ${more}`))[0]?.dagster).toEqual({
    ...target,
    token: "s3cret-token",
    repository: "r",
    silenceMs: 30_000,
    timeoutMs: 7_200_000,
    retries: 0,
  });
  expect(parse(`${DAGSTER}\ndatabases: []`)).toEqual([]);
});

test("the example is valid", () => {
  expect(parse(example).map(({ name }) => name)).toEqual(["shop", "billing", "orders", "local-trial"]);
});

/** One database on lines 2 and 3, and `lines` from line 4 on. */
const shop = (...lines: string[]) =>
  ["databases:", "  - name: shop", "    urlEnv: SHOP_URL", ...lines.map((line) => `    ${line}`)].join("\n");

const PLACE = ["location: l", "job: j"];
/** A dagster section on the lines from 2 on. */
const section = (...lines: string[]) =>
  ["dagster:", ...lines.map((line) => `  ${line}`), "databases: []"].join("\n");

describe("refused, by line and with the mend:", () => {
  test.each<[string, RegExp]>([
    [shop("interval: 1x"), /^databases\.yaml:4: interval "1x" is not a duration\. Write 500ms, 1s, 5m/],
    [shop("interval: 10"), /^databases\.yaml:4: interval "10" is not a duration/],
    [shop("interval: 50ms"), /^databases\.yaml:4: interval 50ms is out of bounds\. Use 100ms to 24h/],
    [shop("exactEvery: 25h"), /^databases\.yaml:4: exactEvery 25h is out of bounds/],
    [shop("interval:"), /^databases\.yaml:\d: interval is empty/],
    [shop("intervall: 1s"), /^databases\.yaml:4: the key "intervall" is unknown\. Use name, url,/],
    [
      shop("url: postgres://me:hunter2@db/x"),
      /^databases\.yaml:2: url and urlEnv are both there\. Give exactly one/,
    ],
    ["databases:\n  - name: shop", /^databases\.yaml:2: a database has no URL\. Give exactly one/],
    ["databases:\n  - urlEnv: SHOP_URL", /^databases\.yaml:2: a database has no name/],
    [
      "databases:\n  - name: Shop\n    urlEnv: SHOP_URL",
      /^databases\.yaml:2: the name "Shop" cannot be used/,
    ],
    [
      "databases:\n  - name: a\n    urlEnv: NONE",
      /^databases\.yaml:3: the environment variable NONE is not set/,
    ],
    [
      "databases:\n  - name: a\n    urlFile: none",
      /^databases\.yaml:3: urlFile none cannot be read \(ENOENT\)/,
    ],
    ["databases:\n  - name: a\n    urlFile: empty", /^databases\.yaml:3: urlFile empty is empty/],
    ["databases:\n  - name: a\n    url: mysql://me:hunter2@db", /^databases\.yaml:3: url: .*postgres:\/\//],
    [shop("ignore: audit"), /^databases\.yaml:4: ignore is not a list/],
    [shop("ignore:", "  - a", "  - planet:b"), /^databases\.yaml:6: .*"planet:b".*"planet"/],
    [shop("ignore: [1]"), /^databases\.yaml:4: an ignore pattern is not a text/],
    [shop("baseline: [x]"), /^databases\.yaml:4: baseline is not a text/],
    [shop("labels: [x]"), /^databases\.yaml:4: labels is not a list of keys/],
    [
      shop("labels:", "  team: a", "  tier: 1"),
      /^databases\.yaml:6: the label "tier" is not a text\. Put its value/,
    ],
    [shop("labels:", "  a: ok", '  "a:b": x'), /^databases\.yaml:6: the label "a:b" cannot be used/],
    [shop("labels:", `  ${"k".repeat(64)}: x`), /^databases\.yaml:5: the label "k{64}" cannot be used/],
    [shop("labels:", '  team: ""'), /^databases\.yaml:5: the label "team" has a value that cannot be used/],
    [shop("labels:", '  team: "a\\0b"'), /^databases\.yaml:5: the label "team" has a value that cannot/],
    [shop("labels:", `  team: ${"v".repeat(64)}`), /^databases\.yaml:5: .*Use 1 to 63 characters/],
    [
      shop("labels:", ...Array.from({ length: 17 }, (_, i) => `  k${i}: x`)),
      /^databases\.yaml:5: there are 17 labels\. Use at most 16/,
    ],
    [
      `${shop()}\n  - name: shop\n    urlEnv: SHOP_URL`,
      /^databases\.yaml:4: the name "shop" is taken by line 2/,
    ],
    ["databases:\n  - shop", /^databases\.yaml:2: this database is not a list of keys/],
    ["databases: shop", /^databases\.yaml:1: databases is not a list/],
    ["databases:", /^databases\.yaml:1: databases is not a list/],
    ["database: []", /^databases\.yaml:1: the key "database" is unknown/],
    ["", /^databases\.yaml:1: the file does not begin with databases:/],
    ["- a", /^databases\.yaml:1: the file does not begin with databases:/],
    [shop("name: again"), /^databases\.yaml:4: a key is there twice/],
    ["databases:\n\t- name: a", /^databases\.yaml:2: a tab indents this line/],
    ["databases: []\n---\ndatabases: []", /^databases\.yaml:[23]: a second document/],
    [
      "databases:\n  - name: a\n    url: 'postgres://me:hunter2@db",
      /^databases\.yaml:\d: this is not valid YAML/,
    ],
    [shop("engine: dagster"), /^databases\.yaml:4: the engine is dagster, but there is no dagster section/],
    [`${DAGSTER}\n${shop("engine: airflow")}`, /^databases\.yaml:5: the engine "airflow" is unknown/],
    [`dagster: [x]\n${shop()}`, /^databases\.yaml:1: dagster is not a list of keys/],
    [section("url: 'http://d'", "job: j"), /^databases\.yaml:2: dagster has no location\. Add "location: …"/],
    [
      section("url: 'ftp://d'", ...PLACE),
      /^databases\.yaml:2: dagster's url is no http:\/\/ or https:\/\/ URL/,
    ],
    [
      section("url: 'http://me:hunter2@d'", ...PLACE),
      /^databases\.yaml:2: dagster's url holds a user or password/,
    ],
    [section("url: 'http://d?x=hunter2'", ...PLACE), /^databases\.yaml:2: dagster's url holds a \? or #/],
    [
      section("url: 'http://d'", ...PLACE, "password: x"),
      /^databases\.yaml:5: the key "password" is unknown/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "silence: never"),
      /^databases\.yaml:5: silence "never" is not a duration/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "timeout: 2d"),
      /^databases\.yaml:5: timeout "2d" is not a duration/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "retries: 99"),
      /^databases\.yaml:5: retries "99" is out of bounds/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "tokenFile: none"),
      /^databases\.yaml:5: tokenFile none cannot be read \(ENOENT\)/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "tokenFile: empty"),
      /^databases\.yaml:5: tokenFile empty is empty/,
    ],
    [
      section("url: 'http://d'", ...PLACE, "tokenFile: two"),
      /^databases\.yaml:5: tokenFile two holds no token/,
    ],
    ["databases: [*nobody]", /^databases\.yaml:1: /],
  ])("%j", (text, expected) => {
    const faults = faultsOf(text);
    expect(faults[0]).toMatch(expected);
    expect(faults.join("\n")).not.toContain("hunter2");
  });

  test("all at once, in one message", () => {
    const text = `${shop("interval: 1x", "colour: red")}\n  - name: B\n    urlEnv: NONE`;
    expect(faultsOf(text).map((fault) => /:(\d+):/.exec(fault)?.[1])).toEqual(["5", "4", "6", "7"]);
  });

  test("a thousand faults, of which the first are shown", () => {
    const faults = faultsOf(`databases:\n${"  - x\n".repeat(1000)}`);
    expect(faults).toHaveLength(51);
    expect(faults[50]).toMatch(/950 more.*Correct these 1000/);
  });

  test("too many databases", () => {
    const text = `databases:\n${"  - {}\n".repeat(LIMITS.databases + 1)}`;
    expect(faultsOf(text)[0]).toMatch(/10001 databases are more than the limit of 10000/);
  });

  test("too large a file", () => {
    expect(() => parse("#".repeat(LIMITS.bytes + 1))).toThrow(/larger than 1 MiB/);
  });
});
