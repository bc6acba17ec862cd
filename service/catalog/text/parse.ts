import { AppError } from "../../errors.ts";
import { atOnce, each, type Slices, sorted } from "../../slices.ts";
import {
  type AttributeValue,
  type CatalogObject,
  compareObjects,
  FORMAT_VERSION,
  KINDS,
  type Kind,
  objectKey,
  PARTS,
  type Snapshot,
  type Unseen,
} from "../model.ts";
import { ALL_SEEN, hiddenBy } from "../unseen.ts";
import { UNREAD } from "./format.ts";
import { HEADLINE, implied, place, splitHeader } from "./names.ts";
import { parseBlockLine, parseScalar } from "./values.ts";

interface Line {
  readonly number: number;
  readonly depth: number;
  readonly text: string;
}

interface OpenObject {
  readonly object: CatalogObject;
  readonly attributes: Record<string, AttributeValue>;
}

/** Kinds of two words first, so that `materialized view x` is not read as something else. */
const BY_LENGTH = [...KINDS].sort((a, b) => b.length - a.length);

/**
 * Reads what formatSnapshot wrote, also after a checkout that turned its line ends into CR LF. Throws AppError "invalid"
 * that names file and line when the text is no snapshot, is of another format version, or is broken.
 */
export function parseSnapshot(text: string, fileName: string): Snapshot {
  return atOnce(parseSlices(text, fileName));
}

/** The same in slices, for snapshots of any size. */
export function* parseSlices(text: string, fileName: string): Slices<Snapshot> {
  const all = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const { format, serverVersionNum } = parseFirstLine(all[0] ?? "", fileName);
  const lines: Line[] = [];
  const unseen = parseUnseen(all, fileName);
  yield;
  let number = 0;
  yield* each(all, (raw) => {
    number += 1;
    const line = raw.trimEnd();
    if (line === "" || line.startsWith("#") || unreadLine(line) !== undefined) return;
    const inner = line.trimStart();
    lines.push({ number, depth: line.length - inner.length, text: inner });
  });
  const objects = yield* sorted(yield* new Parser(lines, fileName).objects(), compareObjects);
  return { format, serverVersionNum, objects, unreadable: [], ...(unseen === undefined ? {} : { unseen }) };
}

/** Which of UNREAD a line says. */
function unreadLine(line: string): keyof typeof UNREAD | undefined {
  return (["kinds", "attributes"] as const).find((name) => line.startsWith(`${UNREAD[name]}: `));
}

function parseUnseen(all: readonly string[], fileName: string): Unseen | undefined {
  const found = { kinds: [] as string[], attributes: [] as string[] };
  all.forEach((line, index) => {
    const name = unreadLine(line);
    if (name === undefined) return;
    const words = line
      .slice(UNREAD[name].length + 2)
      .trimEnd()
      .split(", ");
    const unknown = words.find((word) => name === "kinds" && !KINDS.some((kind) => kind === word));
    if (unknown !== undefined)
      throw new AppError("invalid", `${fileName}:${index + 1}: ${unknown} is no kind of object.`, {
        mend: `Use some of: ${KINDS.join(", ")}.`,
      });
    found[name].push(...words);
  });
  return hiddenBy({ ...ALL_SEEN, kinds: found.kinds as Kind[], attributes: found.attributes });
}

function parseFirstLine(line: string, fileName: string): { format: number; serverVersionNum: number } {
  const found = /^# schemawatch snapshot, format (\d+), PostgreSQL (\d+)\s*$/.exec(line);
  if (found === null) {
    throw new AppError("invalid", `${fileName}:1 is not the first line of a Schemawatch snapshot.`, {
      mend: "Take one with: schemawatch snapshot --url URL --out FILE",
    });
  }
  const format = Number(found[1]);
  if (format !== FORMAT_VERSION) {
    const mend =
      format > FORMAT_VERSION
        ? "Use a Schemawatch at least as new as the one that wrote it, or take the snapshot again with this one."
        : "Take the snapshot again with this version: schemawatch snapshot --url URL --out FILE";
    throw new AppError(
      "invalid",
      `${fileName}:1 is of snapshot format ${format}; this Schemawatch reads format ${FORMAT_VERSION}.`,
      { mend },
    );
  }
  return { format, serverVersionNum: Number(found[2]) * 10000 };
}

class Parser {
  readonly #lines: readonly Line[];
  readonly #fileName: string;
  #at = 0;

  constructor(lines: readonly Line[], fileName: string) {
    this.#lines = lines;
    this.#fileName = fileName;
  }

  *objects(): Slices<CatalogObject[]> {
    const found = new Map<string, CatalogObject>();
    for (; this.#at < this.#lines.length; yield) {
      const home = this.#object(0, null, found);
      for (let position = 1; this.#isObject(2); ) {
        const part = this.#object(2, home.object, found);
        // A column's place in the text is its position, unless it says another.
        if (part.object.kind === "column") part.attributes.position ??= position++;
      }
    }
    return [...found.values()];
  }

  /** Whether the next line begins a part: deeper lines that do not are attributes. */
  #isObject(depth: number): boolean {
    const line = this.#lines[this.#at];
    return line !== undefined && line.depth === depth && kindOf(line.text) !== undefined;
  }

  #object(depth: number, home: CatalogObject | null, found: Map<string, CatalogObject>): OpenObject {
    const line = this.#next();
    return this.#located(line, () => {
      const kind = kindOf(line.text);
      if (line.depth !== depth || kind === undefined) {
        throw new SyntaxError(`an object was expected (${KINDS.join(", ")}), each with its name`);
      }
      if (PARTS.has(kind) !== (home !== null)) {
        throw new SyntaxError(
          home === null ? `a ${kind} stands below its table` : `a ${kind} does not stand in a table`,
        );
      }
      const { name, rest } = splitHeader(line.text.slice(kind.length + 1));
      const attributes: Record<string, AttributeValue> = {};
      const headline = HEADLINE[kind];
      if (rest !== null) {
        if (headline === undefined) throw new SyntaxError(`nothing may stand behind the name of a ${kind}`);
        attributes[headline] = rest;
      }
      const object: CatalogObject = { kind, ...place(kind, name, home), attributes };
      if (found.has(objectKey(object))) throw new SyntaxError(`${kind} ${object.identity} is there twice`);
      found.set(objectKey(object), object);
      this.#attributes(depth + 2, attributes);
      for (const [key, value] of Object.entries(implied(kind, attributes, object.parent))) {
        if (value !== undefined) attributes[key] ??= value;
      }
      return { object, attributes };
    });
  }

  #attributes(depth: number, attributes: Record<string, AttributeValue>): void {
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.depth < depth || (depth === 2 && this.#isObject(depth))) break;
      this.#at += 1;
      this.#located(line, () => {
        const header = /^([A-Za-z]\w*):(?: (.*))?$/su.exec(line.text);
        const [, key, rest] = header ?? [];
        if (line.depth !== depth || key === undefined)
          throw new SyntaxError("an attribute was expected: `name: value`");
        if (Object.hasOwn(attributes, key)) throw new SyntaxError(`${key} is there twice`);
        attributes[key] = rest === undefined ? this.#deeper(depth + 2) : parseValue(rest);
      });
    }
  }

  /** A value of several lines: a text or a list. */
  #deeper(depth: number): AttributeValue {
    const first = this.#lines[this.#at];
    if (first === undefined || first.depth < depth)
      throw new SyntaxError("a value was expected behind it or below it");
    if (!/^-( |$)/.test(first.text)) return this.#block(depth);
    const items: string[] = [];
    for (let line = first; line !== undefined && line.depth === depth; line = this.#lines[this.#at] as Line) {
      const item = line.text;
      this.#at += 1;
      items.push(
        this.#located(line, () => {
          if (item === "-") return this.#block(depth + 2);
          if (!item.startsWith("- ")) throw new SyntaxError("an item of the list was expected: `- value`");
          return String(parseScalar(item.slice(2)));
        }),
      );
    }
    return items;
  }

  #block(depth: number): string {
    const texts: string[] = [];
    for (let line = this.#lines[this.#at]; line?.depth === depth; line = this.#lines[this.#at]) {
      const text = this.#located(line, () => parseBlockLine((line as Line).text));
      if (text === null) break;
      texts.push(text);
      this.#at += 1;
    }
    if (texts.length === 0) throw new SyntaxError("a text was expected below it, each line after `| `");
    return texts.join("\n");
  }

  #next(): Line {
    const line = this.#lines[this.#at];
    if (line === undefined) throw new AppError("invalid", `${this.#fileName} ends too early.`);
    this.#at += 1;
    return line;
  }

  /** Names file and line in what `work` throws. */
  #located<T>(line: Line, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new AppError("invalid", `${this.#fileName}:${line.number}: ${error.message}.`, {
        mend: /^[<>=]{7}/.test(line.text)
          ? "Resolve the merge conflict in this file."
          : "Mend the line, or take the snapshot again: schemawatch snapshot --url URL --out FILE",
        cause: error,
      });
    }
  }
}

function kindOf(text: string): Kind | undefined {
  return BY_LENGTH.find((kind) => text.startsWith(`${kind} `));
}

function parseValue(text: string): AttributeValue {
  if (!text.startsWith("[") || text === "[]") return parseScalar(text);
  if (!text.endsWith("]")) throw new SyntaxError("the list does not end");
  return text.slice(1, -1).split(", ");
}
