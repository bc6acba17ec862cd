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

  constructor(of: CatalogObject, parent: CatalogObject["parent"], hash: string, block: Block, at: number) {
    this.kind = of.kind;
    this.identity = of.identity;
    if (parent !== undefined) this.parent = parent;
    if (of.address !== undefined) this.address = of.address;
    if (of.version !== undefined) this.version = of.version;
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
  for (let from = 0; from < objects.length; from += BLOCK) {
    const some = objects.slice(from, from + BLOCK);
    const contents = some.map(({ name, attributes }) => [name, attributes]);
    const block = { bytes: Bun.zstdCompressSync(JSON.stringify(contents), { level: 1 }) };
    some.forEach((object, at) => {
      // Parts of one table share its reference.
      if (parent?.identity !== object.parent?.identity || parent?.kind !== object.parent?.kind)
        parent = object.parent;
      packed.push(new PackedObject(object, parent, hashObject(object), block, at));
    });
  }
  return packed;
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
