import { readFile, stat } from "node:fs/promises";
import { fingerprint } from "../catalog/hash.ts";
import type { Snapshot } from "../catalog/model.ts";
import { parseSnapshot } from "../catalog/text.ts";
import { toAppError } from "../errors.ts";

/** A baseline file as it is now. */
export type Baseline =
  | { readonly state: "present"; readonly snapshot: Snapshot; readonly hash: string }
  | { readonly state: "unreadable"; readonly reason: string };

/** Follows one baseline file. */
export class BaselineFile {
  readonly path: string;
  #stamp = "";
  #current: Baseline = { state: "unreadable", reason: "It was not read yet." };

  constructor(path: string) {
    this.path = path;
  }

  get current(): Baseline {
    return this.#current;
  }

  /** Looks at the file (one stat) and reads it when it is another one. Returns whether `current` may differ now. */
  async refresh(): Promise<boolean> {
    const stamp = await stampOf(this.path);
    if (stamp === this.#stamp) return false;
    this.#current = await read(this.path);
    this.#stamp = stamp;
    return true;
  }
}

/** Changes whenever the file does: symlinks are followed, as a mounted ConfigMap is switched by one. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return `missing: ${codeOf(error)}`;
  }
}

async function read(path: string): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return {
      state: "unreadable",
      reason: `${path} cannot be read: ${REASONS[codeOf(error)] ?? codeOf(error)}.`,
    };
  }
  try {
    const snapshot = parseSnapshot(text, path);
    return { state: "present", snapshot, hash: fingerprint(snapshot) };
  } catch (error) {
    const { message, mend } = toAppError(error);
    return { state: "unreadable", reason: mend ? `${message} ${mend}` : message };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "no right to read it",
  EISDIR: "it is a folder",
};

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
