import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { AppError } from "../../service/errors.ts";
import { run } from "../lib/exec.ts";
import { type KubeObject, nameOf } from "../lib/kustomize.ts";

/** An object that differs between two renderings. */
export interface Change {
  /** As people name it; without the hash that kustomize adds to generated names. */
  readonly name: string;
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  /** Its YAML line by line, as `git diff` shows it, without headers. */
  readonly text: string;
}

/** The suffix of generated names; kustomize's alphabet: api/hasher/hasher.go, `encode`. */
const HASH = /-[2456789bcdfghkmt]{10}$/;

/**
 * Which objects differ between two renderings, sorted by name. A generated ConfigMap whose contents changed is one changed
 * object, though its name has another hash.
 */
export async function compare(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
): Promise<Change[]> {
  const old = byIdentity(before);
  const now = byIdentity(after);
  const pairs = [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((identity) => ({ was: old.get(identity), is: now.get(identity) }))
    .filter(({ was, is }) => textOf(was) !== textOf(is));
  const texts = await differences(pairs.map(({ was, is }) => [textOf(was), textOf(is)] as const));
  return pairs.map(({ was, is }, index) => ({
    name: plainName(is ?? (was as KubeObject)),
    ...(was === undefined ? {} : { before: was }),
    ...(is === undefined ? {} : { after: is }),
    text: texts[index] ?? "",
  }));
}

function byIdentity(objects: readonly KubeObject[]): Map<string, KubeObject> {
  return new Map(
    objects.map((object) => [`${object.apiVersion.replace(/\/.*|^v1$/, "")} ${plainName(object)}`, object]),
  );
}

function plainName(object: KubeObject): string {
  const generated = object.kind === "ConfigMap" || object.kind === "Secret";
  return generated ? nameOf(object).replace(HASH, "") : nameOf(object);
}

function textOf(object: KubeObject | undefined): string {
  return object === undefined ? "" : stringify(object, { lineWidth: 0 });
}

/** The line differences of many pairs of texts by one call of git. */
async function differences(pairs: readonly (readonly [string, string])[]): Promise<string[]> {
  if (pairs.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "schemawatch-diff-"));
  try {
    for (const side of ["before", "after"] as const) {
      mkdirSync(join(folder, side));
      for (const [index, pair] of pairs.entries()) {
        writeFileSync(join(folder, side, `${index}`), pair[side === "before" ? 0 : 1]);
      }
    }
    const command = [
      "git",
      "diff",
      "--no-index",
      "--no-color",
      "--no-ext-diff",
      "--unified=3",
      "before",
      "after",
    ];
    const { status, stdout, stderr } = await run(command, { cwd: folder });
    if (status > 1) throw new AppError("internal", `git diff ended with ${status}: ${stderr.trim()}`);
    const texts = pairs.map(() => "");
    for (const part of stdout.split(/^diff --git /m).slice(1)) {
      const index = Number(/^a\/before\/(\d+) /.exec(part)?.[1]);
      texts[index] = part.slice(part.indexOf("\n@@") + 1).trimEnd();
    }
    return texts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
