import { readFile } from "node:fs/promises";
import { fingerprintSlices } from "../catalog/hash.ts";
import type { Snapshot } from "../catalog/model.ts";
import { parseSlices } from "../catalog/text.ts";
import { fileMark } from "../config/file-mark.ts";
import { systemCode, toAppError } from "../errors.ts";
import { inSlices } from "../slices.ts";

/** A baseline file as it is now. */
export type Baseline =
  | { readonly state: "present"; readonly snapshot: Snapshot; readonly hash: string }
  | { readonly state: "unreadable"; readonly reason: string };

/** Follows one baseline file. */
export class BaselineFile {
  readonly path: string;
  #mark = "";
  #current: Baseline = { state: "unreadable", reason: "It was not read yet." };

  constructor(path: string) {
    this.path = path;
  }

  get current(): Baseline {
    return this.#current;
  }

  /** Looks at the file (one stat) and reads it when it is another one. Returns whether `current` may differ now. */
  async refresh(): Promise<boolean> {
    const mark = await fileMark(this.path);
    if (mark === this.#mark) return false;
    this.#current = await read(this.path);
    this.#mark = mark;
    return true;
  }
}

async function read(path: string): Promise<Baseline> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return {
      state: "unreadable",
      reason: `${path} cannot be read: ${REASONS[systemCode(error)] ?? systemCode(error)}.`,
    };
  }
  try {
    const snapshot = await inSlices(parseSlices(text, path));
    return { state: "present", snapshot, hash: await inSlices(fingerprintSlices(snapshot)) };
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
