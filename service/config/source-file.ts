import { type Document, isAlias, isScalar, type LineCounter, type Node, type YAMLMap } from "yaml";
import type { Faults } from "./faults.ts";

/** The parsed file with the line of each node, and where its faults go. */
export class SourceFile {
  readonly document: Document;
  readonly #name: string;
  readonly #counter: LineCounter;
  readonly #faults: Faults;

  constructor(name: string, document: Document, counter: LineCounter, faults: Faults) {
    this.document = document;
    this.#name = name;
    this.#counter = counter;
    this.#faults = faults;
  }

  /** `at` is a node or an offset. */
  line(at: Node | number | null | undefined): number {
    const offset = typeof at === "number" ? at : (at?.range?.[0] ?? 0);
    return this.#counter.linePos(offset).line || 1;
  }

  fault(at: Node | number | null | undefined, fault: string, mend: string): void {
    this.#faults.add(`${this.#name}:${this.line(at)}: ${fault}`, mend);
  }

  /** The node itself, or what an alias stands for. */
  resolve(node: unknown): Node | undefined {
    return isAlias(node) ? node.resolve(this.document) : ((node ?? undefined) as Node | undefined);
  }

  /** Key, value and the key's own node of each pair, in the order of the file. */
  entries(map: YAMLMap): [key: string, value: Node | undefined, at: Node][] {
    return map.items.map(({ key, value }) => {
      const text = isScalar(key) ? String(key.value) : "(not a plain text)";
      return [text, this.resolve(value), key as Node];
    });
  }
}
