import { dirname, resolve } from "node:path";
import { isMap, type Node, type YAMLMap } from "yaml";
import type { DagsterTarget } from "../dagster/target.ts";
import { systemCode } from "../errors.ts";
import type { Surroundings } from "./database-entry.ts";
import { Fields } from "./fields.ts";
import type { SourceFile } from "./source-file.ts";

const KEYS = ["url", "tokenFile", "location", "repository", "job", "silence", "timeout", "retries"];
/** The repository that Dagster makes for a `Definitions`. */
const REPOSITORY = "__repository__";
const SILENCE_MS = 600_000;
const TIMEOUT_MS = 3_600_000;
const MAX_RETRIES = 10;

/** The section `dagster` of a databases.yaml; null when it is none (which is a fault). */
export function readDagster(
  file: SourceFile,
  node: Node | undefined,
  path: string,
  surroundings: Surroundings,
): DagsterTarget | null {
  if (!isMap(node)) {
    file.fault(node, "dagster is not a list of keys", "Write url, location and job below it.");
    return null;
  }
  const fields = new Fields(file, node, KEYS);
  const needed = (key: string) => neededText(file, node, fields, key);
  return {
    url: urlOf(needed("url"), fields),
    token: tokenOf(fields, dirname(path), surroundings),
    location: needed("location"),
    repository: fields.text("repository") ?? REPOSITORY,
    job: needed("job"),
    silenceMs: fields.duration("silence", SILENCE_MS, 1000),
    timeoutMs: fields.duration("timeout", TIMEOUT_MS, 1000),
    retries: fields.count("retries", 1, MAX_RETRIES),
  };
}

function neededText(file: SourceFile, node: YAMLMap, fields: Fields, key: string): string {
  const text = fields.text(key);
  if (text === null && !fields.has(key)) file.fault(node, `dagster has no ${key}`, `Add "${key}: …".`);
  return text ?? "";
}

function urlOf(text: string, fields: Fields): string {
  if (text === "") return text;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    fields.fault(
      "url",
      "dagster's url is no http:// or https:// URL",
      "Write the address of Dagster's pages.",
    );
    return "";
  }
  if (url.username !== "" || url.password !== "") {
    fields.fault(
      "url",
      "dagster's url holds a user or password",
      "Put a token into a file, and name it by tokenFile.",
    );
    return "";
  }
  if (url.search !== "" || url.hash !== "") {
    fields.fault("url", "dagster's url holds a ? or #", "Write only the address of Dagster's pages.");
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function tokenOf(fields: Fields, folder: string, { readFile }: Surroundings): string | null {
  const name = fields.text("tokenFile");
  if (name === null) return null;
  let token: string;
  try {
    token = readFile(resolve(folder, name)).trim();
  } catch (error) {
    const why = systemCode(error);
    fields.fault(
      "tokenFile",
      `tokenFile ${name} cannot be read (${why})`,
      "Correct the path or the file's rights.",
    );
    return null;
  }
  // What an HTTP header may hold (RFC 9110, 5.5), without spaces.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const fault = token === "" ? `tokenFile ${name} is empty` : `tokenFile ${name} holds no token`;
  fields.fault("tokenFile", fault, "Write the token into it, and nothing else.");
  return null;
}
