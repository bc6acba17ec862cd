import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, isSeq, parseAllDocuments } from "yaml";
import { AppError } from "../../../service/errors.ts";

/** A change of one file of the repository. */
export interface Edit {
  readonly file: string;
  /** Why a cluster of its own needs it. */
  readonly why: string;
  /** The new text; throws AppError "invalid" when the file no longer has what is to be changed. */
  change(text: string): string;
}

/** Makes the edits in a checkout, in their order. */
export function applyEdits(root: string, edits: readonly Edit[]): void {
  for (const { file, change } of edits) {
    const path = join(root, file);
    const before = readFileSync(path, "utf8");
    const after = attempt(file, () => change(before));
    if (after === before) throw lost(file, "the edit changes nothing");
    writeFileSync(path, after);
  }
}

/** Puts one text in the place of another, which must be there. */
export function put(from: string | RegExp, to: string): (text: string) => string {
  return (text) => {
    const found = typeof from === "string" ? text.includes(from) : from.test(text);
    if (!found) throw lost("", `${from} is not there`);
    return text.replace(from, () => to);
  };
}

/** Several changes of one text, one after the other. */
export function all(...changes: readonly ((text: string) => string)[]): (text: string) => string {
  return (text) => changes.reduce((now, change) => change(now), text);
}

/** The digest that a kustomization says for an image; its name stays. */
export function digestOf(name: string, digest: string): (text: string) => string {
  return documents((document) => {
    const images = document.get("images");
    if (!isSeq(images)) throw lost("", "it has no images");
    const image = images.items.find((item) => isMap(item) && item.get("name") === name);
    if (!isMap(image)) throw lost("", `it has no image ${name}`);
    image.set("digest", digest);
    return true;
  });
}

/** Takes the documents of these names out of a stream. */
export function withoutObjects(...names: readonly string[]): (text: string) => string {
  return documents((document) => !names.includes(String(document.getIn(["metadata", "name"]))));
}

/** Takes items that `unwanted` knows by their text out of a list. */
export function withoutItems(
  path: readonly string[],
  unwanted: (item: string) => boolean,
): (text: string) => string {
  return documents((document) => {
    const list = document.getIn(path);
    if (!isSeq(list)) throw lost("", `it has no list ${path.join(".")}`);
    list.items = list.items.filter((item) => !unwanted(JSON.stringify(item)));
    return true;
  });
}

/** Changes each document of a stream; those for which `change` says false are left out. Comments stay. */
function documents(change: (document: Document) => boolean): (text: string) => string {
  return (text) => {
    const kept = parseAllDocuments(text).filter((document) => change(document));
    return kept.map((document) => document.toString({ lineWidth: 0 })).join("");
  };
}

function attempt(file: string, change: () => string): string {
  try {
    return change();
  } catch (error) {
    if (error instanceof AppError && error.message.startsWith(":")) {
      throw lost(file, error.message.slice(2));
    }
    throw error;
  }
}

function lost(file: string, what: string): AppError {
  return new AppError("invalid", `${file}: ${what}`, {
    mend: "The file has changed: bring scripts/cluster/remote/own.ts up to date.",
  });
}
