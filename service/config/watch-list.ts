import { readFileSync, statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { AppError, systemCode, toAppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { parseTarget } from "../postgres/target.ts";
import { LIMITS, parseDatabases } from "./databases.ts";
import { fileMarkSync } from "./file-mark.ts";
import type { Config, WatchedDatabase, WatchList } from "./types.ts";

export interface WatchListOptions {
  /** URL of the sample database on the embedded server; null when that server does not run. */
  readonly sampleUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The watch list that the configuration names: a databases.yaml that is followed, the one database of WATCH, or the
 * sample (nothing, where the embedded server does not run). Throws AppError when the file cannot be used at start.
 */
export function watchListOf(config: Pick<Config, "watch">, options: WatchListOptions): WatchList {
  const { watch } = config;
  if (watch.from === "file") return new FollowedFile(watch.path, options);
  if (watch.from === "url") return fixed([lone(nameFrom(watch.url), watch.url, false)]);
  return fixed(options.sampleUrl === null ? [] : [lone("shop", options.sampleUrl, true)]);
}

function lone(name: string, url: string, sample: boolean): WatchedDatabase {
  return {
    name,
    url,
    intervalMs: 1000,
    exactEveryMs: 300_000,
    ignore: [],
    baseline: null,
    labels: {},
    dagster: null,
    job: null,
    sample,
  };
}

/** The database's own name, in the letters that a name may have. */
function nameFrom(url: string): string {
  const plain = parseTarget(url).database.toLowerCase();
  const name = plain
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 63);
  return name || "database";
}

function fixed(databases: readonly WatchedDatabase[]): WatchList {
  return { current: () => databases, fault: () => null, onChange: () => () => {}, close: () => {} };
}

/** Milliseconds between two looks at the files. */
const POLL_MS = 1000;
/** A file that changed is read when it has been left alone for this long, so that no half-written one is taken over. */
const SETTLE_MS = 50;
/** Looking costs at most one part in this many of the time, however many urlFiles there are. */
const BUDGET = 100;

/** A databases.yaml with its urlFiles, compared by their marks. */
class FollowedFile implements WatchList {
  readonly #path: string;
  readonly #options: WatchListOptions;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #databases: readonly WatchedDatabase[];
  #fault: string | null = null;
  /** The urlFiles of the version that was last read, right or wrong: whatever mends a fault is seen. */
  #urlFiles: readonly string[] = [];
  /** What stat told of the files when they were last read. */
  #seen: string;

  constructor(path: string, options: WatchListOptions) {
    this.#path = path;
    this.#options = options;
    this.#seen = this.#marks();
    this.#databases = this.#read();
    // urlFiles were not known before the file was read: then the first poll reads all again.
    void this.#follow();
  }

  current(): readonly WatchedDatabase[] {
    return this.#databases;
  }

  fault(): string | null {
    return this.#fault;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
  }

  async #follow(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#closed;
    let pause = POLL_MS;
    while (!signal.aborted) {
      await clock.sleep(pause, signal);
      const began = clock.monotonic();
      let marks = this.#marks();
      pause = Math.max(POLL_MS, BUDGET * (clock.monotonic() - began));
      if (marks === this.#seen) continue;
      for (let before = ""; before !== marks && !signal.aborted; ) {
        before = marks;
        await clock.sleep(SETTLE_MS, signal);
        marks = this.#marks();
      }
      if (signal.aborted) return;
      try {
        this.#reload();
      } catch (error) {
        log.error({ err: error }, "following the databases file failed");
      }
      this.#seen = this.#marks() === marks ? marks : "";
    }
  }

  #reload(): void {
    const { log } = this.#options;
    const before = this.#databases;
    try {
      this.#databases = this.#read();
    } catch (error) {
      const { message, mend } = toAppError(error);
      const fault = mend ? `${message} ${mend}` : message;
      if (fault !== this.#fault)
        log.error({ err: error }, "the databases file is wrong; what was last right stays");
      this.#fault = fault;
      return;
    }
    if (this.#fault !== null) log.info({}, "the databases file is right again");
    this.#fault = null;
    if (isDeepStrictEqual(before, this.#databases)) return;
    log.info({ databases: this.#databases.length }, "the databases file was read again");
    for (const listener of [...this.#listeners]) listener();
  }

  #read(): readonly WatchedDatabase[] {
    const urlFiles = new Set<string>();
    const readFile = (path: string) => {
      urlFiles.add(path);
      return readSmall(path);
    };
    try {
      return parseDatabases(readText(this.#path), this.#path, { env: process.env, readFile });
    } finally {
      this.#urlFiles = [...urlFiles];
    }
  }

  #marks(): string {
    return [this.#path, ...this.#urlFiles].map(fileMarkSync).join("\n");
  }
}

function readText(path: string): string {
  try {
    return readSmall(path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const why = systemCode(error);
    throw new AppError("invalid", `${path} cannot be read (${why}).`, {
      mend: "Correct DATABASES_FILE or the file's rights, or watch one database with WATCH=postgres://….",
    });
  }
}

/** A file's text, of which no more than the limit is ever read into memory. */
function readSmall(path: string): string {
  const { size } = statSync(path);
  if (size <= LIMITS.bytes) return readFileSync(path, "utf8");
  throw new AppError("too_large", `${path} is larger than ${LIMITS.bytes / 1024 / 1024} MiB.`, {
    mend: "Split the databases over several Schemawatch installations.",
  });
}
