import { dirname, resolve } from "node:path";
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { compileIgnore } from "../catalog/ignore.ts";
import { AppError, systemCode } from "../errors.ts";
import { isLabelKey, isLabelValue, KEY_RULE, LABEL_LIMITS, VALUE_RULE } from "../labels.ts";
import { parseTarget } from "../postgres/target.ts";
import { Fields, isNothing } from "./fields.ts";
import type { SourceFile } from "./source-file.ts";
import type { WatchedDatabase } from "./types.ts";

/** Where a databases.yaml finds the secrets that it refers to. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file's text; throws what node:fs throws. */
  readonly readFile: (path: string) => string;
}

/** What processes the changes of a database beside Schemawatch: the file's section of that name; null when there is none. */
export type Engines = Pick<WatchedDatabase, "dagster" | "job">;

/** What a section needs at least. */
const SECTIONS: Readonly<Record<keyof Engines, string>> = {
  dagster: "dagster: {url: …, location: …, job: …}",
  job: "job: {image: …, resources: …}",
};

const KEYS = [
  "name",
  "url",
  "urlFile",
  "urlEnv",
  "interval",
  "exactEvery",
  "ignore",
  "baseline",
  "labels",
  "engine",
];

/** One item of databases.yaml; its faults go to the file, and what is wrong has a stand-in. */
export class DatabaseEntry {
  readonly database: WatchedDatabase;
  readonly #file: SourceFile;
  readonly #node: YAMLMap;
  readonly #fields: Fields;
  readonly #folder: string;
  readonly #surroundings: Surroundings;

  constructor(file: SourceFile, node: YAMLMap, path: string, surroundings: Surroundings, engines: Engines) {
    this.#file = file;
    this.#node = node;
    this.#folder = dirname(path);
    this.#surroundings = surroundings;
    this.#fields = new Fields(file, node, KEYS);
    const baseline = this.#fields.text("baseline");
    this.database = {
      name: this.#name(),
      url: this.#url(),
      intervalMs: this.#fields.duration("interval", 1000, 100),
      exactEveryMs: this.#fields.duration("exactEvery", 300_000, 1000),
      ignore: this.#ignore(),
      baseline: baseline === null ? null : resolve(this.#folder, baseline),
      labels: this.#labels(),
      ...this.#engine(engines),
      sample: false,
    };
  }

  #name(): string {
    const name = this.#fields.text("name");
    if (name === null) {
      if (!this.#fields.has("name")) this.#file.fault(this.#node, "a database has no name", 'Add "name: …".');
      // Nothing else may take a stand-in for its own name.
      return `line ${this.#file.line(this.#node)}`;
    }
    if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) {
      this.#fields.fault(
        "name",
        `the name "${name}" cannot be used`,
        "Use at most 63 lower-case letters, digits, - _ and . beginning with a letter or digit.",
      );
    }
    return name;
  }

  #url(): string {
    const named = ["url", "urlFile", "urlEnv"].filter((key) => this.#fields.has(key));
    const [source] = named;
    if (source === undefined || named.length > 1) {
      const fault = source === undefined ? "a database has no URL" : `${named.join(" and ")} are both there`;
      this.#file.fault(this.#node, fault, "Give exactly one of url, urlFile and urlEnv.");
      return "";
    }
    const url = this.#urlFrom(source);
    if (url === null) return "";
    try {
      parseTarget(url);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#fields.fault(
        source,
        `${source}: ${error.message.replace(/\.$/, "")}`,
        error.mend ?? "Correct it.",
      );
    }
    return url;
  }

  #urlFrom(source: string): string | null {
    const text = this.#fields.text(source);
    if (text === null || source === "url") return text;
    if (source === "urlEnv") {
      const url = this.#surroundings.env[text]?.trim();
      if (!url)
        this.#fields.fault(source, `the environment variable ${text} is not set`, `Set ${text} to the URL.`);
      return url || null;
    }
    try {
      const url = this.#surroundings.readFile(resolve(this.#folder, text)).trim();
      if (url === "") this.#fields.fault(source, `urlFile ${text} is empty`, "Write the URL into it.");
      return url || null;
    } catch (error) {
      const why = systemCode(error);
      this.#fields.fault(
        source,
        `urlFile ${text} cannot be read (${why})`,
        "Correct the path or the file's rights.",
      );
      return null;
    }
  }

  #ignore(): readonly string[] {
    const node = this.#fields.node("ignore");
    if (isNothing(node)) return [];
    if (!isSeq(node)) {
      this.#fields.fault("ignore", "ignore is not a list", "Write [audit, public.tmp_*, table:*.log_2*].");
      return [];
    }
    return node.items.flatMap((item) => {
      const pattern = this.#file.resolve(item);
      if (!isScalar(pattern) || typeof pattern.value !== "string") {
        this.#file.fault(item as Node, "an ignore pattern is not a text", "Put it in quotes.");
        return [];
      }
      try {
        compileIgnore([pattern.value]);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        this.#file.fault(item as Node, error.message.replace(/\.$/, ""), error.mend ?? "Correct it.");
      }
      return [pattern.value];
    });
  }

  #engine(engines: Engines): Engines {
    const none = { dagster: null, job: null };
    const engine = this.#fields.text("engine");
    if (engine === null) return none;
    if (engine !== "dagster" && engine !== "job") {
      this.#fields.fault(
        "engine",
        `the engine "${engine}" is unknown`,
        'Write "engine: dagster" or "engine: job", or remove it.',
      );
      return none;
    }
    if (engines[engine] === null) {
      const fault = `the engine is ${engine}, but there is no ${engine} section`;
      this.#fields.fault("engine", fault, `Write "${SECTIONS[engine]}" at the top of the file.`);
    }
    return { ...none, [engine]: engines[engine] };
  }

  #labels(): Readonly<Record<string, string>> {
    const node = this.#fields.node("labels");
    if (isNothing(node)) return {};
    if (!isMap(node)) {
      this.#fields.fault("labels", "labels is not a list of keys", "Write {team: payments, tier: gold}.");
      return {};
    }
    const labels: [string, string][] = [];
    for (const [key, value, at] of this.#file.entries(node)) {
      const text = isScalar(value) ? value.value : undefined;
      if (typeof text !== "string")
        this.#file.fault(value ?? at, `the label "${key}" is not a text`, "Put its value in quotes.");
      else if (!isLabelKey(key)) this.#file.fault(at, `the label "${key}" cannot be used`, KEY_RULE);
      else if (!isLabelValue(text))
        this.#file.fault(value, `the label "${key}" has a value that cannot be used`, VALUE_RULE);
      else labels.push([key, text]);
    }
    if (labels.length > LABEL_LIMITS.count) {
      this.#fields.fault("labels", `there are ${labels.length} labels`, `Use at most ${LABEL_LIMITS.count}.`);
    }
    return Object.fromEntries(labels);
  }
}
