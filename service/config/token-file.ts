import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import { fileMark } from "./file-mark.ts";
import { loadTokens, type Token } from "./tokens.ts";

/** How long a removed token may still work. */
const CHECK_MS = 1000;

/** AUTH_FILE as it is now: read again when it changed, looked at when asked and at most once a second. */
export class TokenFile {
  readonly #path: string;
  readonly #clock: Clock;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #mark = "";
  #loading: Promise<ReadonlyMap<string, Token>> | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /**
   * The token with this hash, null when there is none. AppError "unavailable" while the file is faulty: then nobody comes
   * in, as a token that was to be removed must not work on.
   */
  async find(hash: string): Promise<Token | null> {
    return (await this.#tokens()).get(hash) ?? null;
  }

  async #tokens(): Promise<ReadonlyMap<string, Token>> {
    const now = this.#clock.monotonic();
    if (this.#loading === undefined || now - this.#checkedAt >= CHECK_MS) {
      this.#checkedAt = now;
      const mark = await fileMark(this.#path);
      if (this.#loading === undefined || mark !== this.#mark) {
        this.#mark = mark;
        this.#loading = load(this.#path);
        // Whoever asks is told; nobody asking is no fault of the process.
        this.#loading.catch(() => {});
      }
    }
    return this.#loading;
  }
}

async function load(path: string): Promise<ReadonlyMap<string, Token>> {
  try {
    return new Map((await loadTokens(path)).map((token) => [token.hash, token]));
  } catch (error) {
    const known = error instanceof AppError ? error : undefined;
    throw new AppError("unavailable", "The access tokens cannot be read, so nobody can come in.", {
      mend: "The operator of this service finds the reason in its log.",
      cause: known ?? error,
    });
  }
}
