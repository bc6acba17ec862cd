import { basename } from "node:path";
import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { AppError } from "../errors.ts";
import { readDagster } from "./dagster-section.ts";
import { DatabaseEntry, type Surroundings } from "./database-entry.ts";
import { Faults } from "./faults.ts";
import { readJob } from "./job-section.ts";
import { SourceFile } from "./source-file.ts";
import type { WatchedDatabase } from "./types.ts";

/** A file beyond these is refused: it would stall the process that reads it while it works. */
export const LIMITS = { bytes: 1024 * 1024, databases: 10_000 } as const;

/**
 * Reads a databases.yaml (`text`, found at the absolute `path`). Throws one AppError "invalid" that names every fault by
 * its line, e.g. `databases.yaml:7: interval "1x" is not a duration`. No message holds a URL.
 */
export function parseDatabases(
  text: string,
  path: string,
  surroundings: Surroundings,
): readonly WatchedDatabase[] {
  const name = basename(path);
  if (Buffer.byteLength(text) > LIMITS.bytes) {
    throw new AppError("too_large", `${name} is larger than ${LIMITS.bytes / 1024 / 1024} MiB.`, {
      mend: "Split the databases over several Schemawatch installations, or use YAML anchors for what repeats.",
    });
  }
  const counter = new LineCounter();
  // The parser's own messages quote the text, which may hold a password: only their place and code are told.
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const faults = new Faults();
  const file = new SourceFile(name, document, counter, faults);
  for (const error of document.errors) {
    file.fault(error.pos[0], ...(YAML_FAULTS[error.code] ?? YAML_FAULTS.OTHER));
  }
  faults.throwIfAny();
  const databases = readList(file, path, surroundings);
  faults.throwIfAny();
  return databases;
}

const YAML_FAULTS: Readonly<Record<string, [string, string]>> & { readonly OTHER: [string, string] } = {
  DUPLICATE_KEY: ["a key is there twice", "Remove one of them."],
  TAB_AS_INDENT: ["a tab indents this line", "Indent with spaces."],
  MULTIPLE_DOCS: ["a second document begins here", "Keep one document a file."],
  OTHER: ["this is not valid YAML", "Look at the indentation, quotes and brackets here and just above."],
};

function readList(file: SourceFile, path: string, surroundings: Surroundings): readonly WatchedDatabase[] {
  const root = file.resolve(file.document.contents);
  if (!isMap(root)) {
    file.fault(
      0,
      "the file does not begin with databases:",
      'Write "databases:" and a list of databases below it.',
    );
    return [];
  }
  for (const [key, , at] of file.entries(root)) {
    if (!["databases", "dagster", "job"].includes(key))
      file.fault(
        at,
        `the key "${key}" is unknown`,
        'The keys at the top are "databases", "dagster" and "job".',
      );
  }
  const section = (key: string) => file.resolve(root.get(key, true));
  const engines = {
    dagster: root.has("dagster") ? readDagster(file, section("dagster"), path, surroundings) : null,
    job: root.has("job") ? readJob(file, section("job")) : null,
  };
  const list = file.resolve(root.get("databases", true));
  if (!isSeq(list)) {
    file.fault(root, "databases is not a list", 'Write each database as "- name: …" below "databases:".');
    return [];
  }
  if (list.items.length > LIMITS.databases) {
    const fault = `${list.items.length} databases are more than the limit of ${LIMITS.databases}`;
    file.fault(list, fault, "Split them over several Schemawatch installations.");
    return [];
  }

  const databases: WatchedDatabase[] = [];
  const lineOf = new Map<string, number>();
  for (const item of list.items) {
    const node = file.resolve(item);
    if (!isMap(node)) {
      file.fault(
        item as Node,
        "this database is not a list of keys",
        'Write it as "- name: shop", its other keys below.',
      );
      continue;
    }
    const entry = new DatabaseEntry(file, node, path, surroundings, engines);
    const earlier = lineOf.get(entry.database.name);
    if (earlier === undefined) lineOf.set(entry.database.name, file.line(node));
    else
      file.fault(
        node,
        `the name "${entry.database.name}" is taken by line ${earlier}`,
        "Give each database a name of its own.",
      );
    databases.push(entry.database);
  }
  return databases;
}
