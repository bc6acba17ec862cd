import { hasLocal, isLocal } from "./local.ts";
import type { CatalogObject, Snapshot } from "./model.ts";

/**
 * Hash of what an object is: kind, identity and attributes, 32 hex digits of SHA-256. Where it is (address) and who
 * wrote its row (version) are not in it, so that the same schema hashes the same on every server.
 */
export function hashObject(object: CatalogObject): string {
  return object.hash ?? sha256(canonical(object, Object.keys(object.attributes)));
}

/** Hash of a whole snapshot: equal for equal content, whatever server or file it was read from. Holds the format's version. */
export function fingerprint(snapshot: Snapshot, hashOf = hashObject): string {
  const hashes = snapshot.objects.map((object) => {
    if (!hasLocal(object.kind)) return hashOf(object);
    const isWhat = (name: string) => !isLocal(object.kind, name);
    return sha256(canonical(object, Object.keys(object.attributes).filter(isWhat)));
  });
  return sha256(`schemawatch ${snapshot.format}\n${hashes.join("\n")}`);
}

/** One text for an object: these attributes sorted by name, everything escaped by JSON. */
function canonical(object: CatalogObject, names: string[]): string {
  const attributes = names.sort().map((name) => [name, object.attributes[name]]);
  return JSON.stringify([object.kind, object.identity, object.parent?.identity ?? null, attributes]);
}

function sha256(text: string): string {
  return Bun.CryptoHasher.hash("sha256", text, "hex").slice(0, 32);
}
