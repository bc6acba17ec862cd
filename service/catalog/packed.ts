import { hashObject } from "./hash.ts";
import type { Attributes, CatalogObject } from "./model.ts";

/** Objects that are compressed together: asking for one unpacks all of them, a fraction of a millisecond. */
const BLOCK = 512;
/** Blocks that stay unpacked: those asked for last. */
const OPEN_BLOCKS = 24;

type Content = readonly [name: string, attributes: Attributes];

/** The names and attributes of some objects, compressed. */
interface Block {
  readonly bytes: Uint8Array;
}

/**
 * An object whose name and attributes are kept compressed, a twentieth of their size, and unpacked each time they are asked for. Who
 * it is, where, and the hash of what it is are at hand.
 */
class PackedObject implements CatalogObject {
  readonly kind: CatalogObject["kind"];
  readonly identity: string;
  declare readonly parent?: NonNullable<CatalogObject["parent"]>;
  declare readonly address?: string;
  declare readonly version?: string;
  readonly #hash: string;
  readonly #block: Block;
  readonly #at: number;

  constructor(
    of: CatalogObject,
    parent: CatalogObject["parent"],
    version: string | undefined,
    hash: string,
    block: Block,
    at: number,
  ) {
    this.kind = of.kind;
    this.identity = of.identity;
    if (parent !== undefined) this.parent = parent;
    if (of.address !== undefined) this.address = of.address;
    if (version !== undefined) this.version = version;
    this.#hash = hash;
    this.#block = block;
    this.#at = at;
  }

  get hash(): string {
    return this.#hash;
  }

  get name(): string {
    return unpack(this.#block)[this.#at]?.[0] ?? "";
  }

  get attributes(): Attributes {
    return unpack(this.#block)[this.#at]?.[1] ?? {};
  }
}

/** Packs objects in the order given; the result has them in the same order, equal in everything. */
export function packObjects(objects: readonly CatalogObject[]): CatalogObject[] {
  const packed: CatalogObject[] = [];
  let parent: CatalogObject["parent"];
  const versions = new Map<string, string>();
  for (let from = 0; from < objects.length; from += BLOCK) {
    const some = objects.slice(from, from + BLOCK);
    const contents = some.map(({ name, attributes }) => [name, attributes]);
    const block = { bytes: Bun.zstdCompressSync(JSON.stringify(contents), { level: 1 }) };
    some.forEach((object, at) => {
      // Parts of one table share its reference.
      if (parent?.identity !== object.parent?.identity || parent?.kind !== object.parent?.kind)
        parent = object.parent;
      packed.push(
        new PackedObject(object, parent, shared(object.version, versions), hashObject(object), block, at),
      );
    });
  }
  return packed;
}

/** The one copy of a version: what was made by one transaction has one, and what it was cut out of may go. */
function shared(version: string | undefined, versions: Map<string, string>): string | undefined {
  if (version === undefined) return undefined;
  let copy = versions.get(version);
  if (copy === undefined) {
    copy = Buffer.from(version).toString();
    versions.set(copy, copy);
  }
  return copy;
}

const open = new Map<Block, readonly Content[]>();

function unpack(block: Block): readonly Content[] {
  let contents = open.get(block);
  if (contents === undefined) {
    contents = JSON.parse(new TextDecoder().decode(Bun.zstdDecompressSync(block.bytes))) as Content[];
    const [oldest] = open.keys();
    if (open.size >= OPEN_BLOCKS && oldest) open.delete(oldest);
  } else open.delete(block);
  open.set(block, contents);
  return contents;
}
