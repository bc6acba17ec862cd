import { dirname, resolve } from "node:path";
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { compileIgnore } from "../catalog/ignore.ts";
import { AppError, systemCode } from "../errors.ts";
import { parseTarget } from "../postgres/target.ts";
import { parseDuration } from "./duration.ts";
import type { SourceFile } from "./source-file.ts";
import type { WatchedDatabase } from "./types.ts";

/** Where a databases.yaml finds the secrets that it refers to. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file's text; throws what node:fs throws. */
  readonly readFile: (path: string) => string;
}

const KEYS = ["name", "url", "urlFile", "urlEnv", "interval", "exactEvery", "ignore", "baseline", "labels"];
const DAY_MS = 86_400_000;

/** One item of databases.yaml; its faults go to the file, and what is wrong has a stand-in. */
export class DatabaseEntry {
  readonly database: WatchedDatabase;
  readonly #file: SourceFile;
  readonly #node: YAMLMap;
  readonly #values = new Map<string, Node | undefined>();
  readonly #folder: string;
  readonly #surroundings: Surroundings;

  constructor(file: SourceFile, node: YAMLMap, path: string, surroundings: Surroundings) {
    this.#file = file;
    this.#node = node;
    this.#folder = dirname(path);
    this.#surroundings = surroundings;
    for (const [key, value, at] of file.entries(node)) {
      if (KEYS.includes(key)) this.#values.set(key, value);
      else file.fault(at, `the key "${key}" is unknown`, `Use ${KEYS.join(", ")}.`);
    }
    const baseline = this.#text("baseline");
    this.database = {
      name: this.#name(),
      url: this.#url(),
      intervalMs: this.#duration("interval", 1000, 100),
      exactEveryMs: this.#duration("exactEvery", 300_000, 1000),
      ignore: this.#ignore(),
      baseline: baseline === null ? null : resolve(this.#folder, baseline),
      labels: this.#labels(),
      sample: false,
    };
  }

  #name(): string {
    const name = this.#text("name");
    if (name === null) {
      if (!this.#values.has("name")) this.#file.fault(this.#node, "a database has no name", 'Add "name: …".');
      // Nothing else may take a stand-in for its own name.
      return `line ${this.#file.line(this.#node)}`;
    }
    if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) {
      this.#fault(
        "name",
        `the name "${name}" cannot be used`,
        "Use at most 63 lower-case letters, digits, - _ and . beginning with a letter or digit.",
      );
    }
    return name;
  }

  #url(): string {
    const named = ["url", "urlFile", "urlEnv"].filter((key) => this.#values.has(key));
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
      this.#fault(source, `${source}: ${error.message.replace(/\.$/, "")}`, error.mend ?? "Correct it.");
    }
    return url;
  }

  #urlFrom(source: string): string | null {
    const text = this.#text(source);
    if (text === null || source === "url") return text;
    if (source === "urlEnv") {
      const url = this.#surroundings.env[text]?.trim();
      if (!url) this.#fault(source, `the environment variable ${text} is not set`, `Set ${text} to the URL.`);
      return url || null;
    }
    try {
      const url = this.#surroundings.readFile(resolve(this.#folder, text)).trim();
      if (url === "") this.#fault(source, `urlFile ${text} is empty`, "Write the URL into it.");
      return url || null;
    } catch (error) {
      const why = systemCode(error);
      this.#fault(
        source,
        `urlFile ${text} cannot be read (${why})`,
        "Correct the path or the file's rights.",
      );
      return null;
    }
  }

  #duration(key: string, fallback: number, least: number): number {
    const text = this.#text(key);
    if (text === null) return fallback;
    const ms = parseDuration(text);
    if (ms === null) this.#fault(key, `${key} "${text}" is not a duration`, "Write 500ms, 1s, 5m or 1h.");
    else if (ms < least || ms > DAY_MS) {
      this.#fault(key, `${key} ${text} is out of bounds`, `Use ${least}ms to 24h.`);
    } else return ms;
    return fallback;
  }

  #ignore(): readonly string[] {
    const node = this.#values.get("ignore");
    if (isNothing(node)) return [];
    if (!isSeq(node)) {
      this.#fault("ignore", "ignore is not a list", "Write [audit, public.tmp_*, table:*.log_2*].");
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

  #labels(): Readonly<Record<string, string>> {
    const node = this.#values.get("labels");
    if (isNothing(node)) return {};
    if (!isMap(node)) {
      this.#fault("labels", "labels is not a list of keys", "Write {team: payments, tier: gold}.");
      return {};
    }
    const labels: [string, string][] = [];
    for (const [key, value, at] of this.#file.entries(node)) {
      if (isScalar(value) && typeof value.value === "string") labels.push([key, value.value]);
      else this.#file.fault(value ?? at, `the label "${key}" is not a text`, "Put its value in quotes.");
    }
    return Object.fromEntries(labels);
  }

  /** The text under `key`; null when the key is not there or is no text (which is a fault). */
  #text(key: string): string | null {
    if (!this.#values.has(key)) return null;
    const node = this.#values.get(key);
    const value = isScalar(node) ? node.value : undefined;
    // A bare number has the source text that the user meant: `name: 2024`.
    const text = typeof value === "number" && isScalar(node) ? node.source : value;
    if (typeof text === "string" && text.trim() !== "") return text.trim();
    this.#fault(
      key,
      isNothing(node) ? `${key} is empty` : `${key} is not a text`,
      "Give it a value or remove it.",
    );
    return null;
  }

  #fault(key: string, fault: string, mend: string): void {
    this.#file.fault(this.#values.get(key) ?? this.#node, fault, mend);
  }
}

function isNothing(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && (node.value === null || node.value === ""));
}
