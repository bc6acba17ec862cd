import { AppError } from "../errors.ts";
import { atOnce, filtered, type Slices } from "../slices.ts";
import { type CatalogObject, KINDS, type Kind, objectKey } from "./model.ts";

/** Says which objects are not watched. */
export interface IgnoreMatcher {
  /** Whether a pattern names this object itself; what lives in it goes with it (`withoutIgnored`). */
  matches(kind: Kind, identity: string): boolean;
  readonly patterns: readonly string[];
}

/**
 * Compiles patterns of the form `[kind:]glob`, where `*` stands for any characters and `?` for one, matched against the
 * whole identity: `audit`, `public.tmp_*`, `table:*.log_2*`. Throws AppError "invalid" naming the first faulty pattern.
 */
export function compileIgnore(patterns: readonly string[]): IgnoreMatcher {
  const compiled = patterns.map(compilePattern);
  return {
    patterns: [...patterns],
    matches: (kind, identity) =>
      compiled.some(
        (pattern) => (pattern.kind === null || pattern.kind === kind) && pattern.glob.test(identity),
      ),
  };
}

/** The objects that are not ignored, neither by themselves nor with what they live in. Keeps the order, which must have parents first. */
export function withoutIgnored(
  objects: readonly CatalogObject[],
  ignore: IgnoreMatcher,
): readonly CatalogObject[] {
  return atOnce(ignoringSlices(objects, ignore));
}

/** The same in slices, for any number of objects. */
export function* ignoringSlices(
  objects: readonly CatalogObject[],
  ignore: IgnoreMatcher,
): Slices<readonly CatalogObject[]> {
  if (ignore.patterns.length === 0) return objects;
  const gone = new Set<string>();
  return yield* filtered(objects, (object) => {
    const { kind, identity, parent } = object;
    const ignored = (parent !== undefined && gone.has(objectKey(parent))) || ignore.matches(kind, identity);
    if (ignored) gone.add(objectKey(object));
    return !ignored;
  });
}

function compilePattern(pattern: string): { kind: Kind | null; glob: RegExp } {
  const prefix = /^([a-z ]+):/.exec(pattern)?.[1];
  const kind = KINDS.find((known) => known === prefix) ?? null;
  if (prefix !== undefined && kind === null) {
    throw new AppError("invalid", `The ignore pattern "${pattern}" names the unknown kind "${prefix}".`, {
      mend: `Use one of: ${KINDS.join(", ")}; or leave the kind out.`,
    });
  }
  const glob = prefix === undefined ? pattern : pattern.slice(prefix.length + 1);
  if (glob.trim() === "") {
    throw new AppError("invalid", `The ignore pattern "${pattern}" is empty.`, {
      mend: "Write an identity such as audit or public.tmp_*, or remove it.",
    });
  }
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return { kind, glob: new RegExp(`^${source}$`, "su") };
}
