import type { Clock } from "../clock.ts";
import { withDeadline } from "../outside/deadline.ts";
import type { Document } from "./document.ts";
import { DagsterFault } from "./fault.ts";
import { authorisation, type DagsterTarget } from "./target.ts";

/** A launch was seen to take 5.5 s on a busy machine. */
const ANSWER_MS = 30_000;
/** Of one answer. A page of a run's events is asked for again in smaller parts when it is larger. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** A Dagster web server, asked by GraphQL over HTTP. */
export class DagsterClient {
  readonly #target: Pick<DagsterTarget, "url" | "token">;
  readonly #clock: Clock;
  readonly #host: string;

  constructor(target: Pick<DagsterTarget, "url" | "token">, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    this.#host = new URL(target.url).host;
  }

  /**
   * The answer's data. Rejects with a DagsterFault, or with the reason of `signal` when that aborts. An answer that was
   * lost does not mean that nothing was done.
   */
  async ask<Variables, Data>(
    document: Document<Variables, Data>,
    variables: Variables,
    signal: AbortSignal,
  ): Promise<Data> {
    return withDeadline(this.#clock, ANSWER_MS, signal, async (own, late) => {
      try {
        const response = await this.#post(document, variables, own);
        const text = await readText(response, this.#host);
        return this.#dataOf(response.status, text) as Data;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (late()) {
          throw new DagsterFault(
            "away",
            "timeout",
            `Dagster at ${this.#host} did not answer within ${ANSWER_MS / 1000} s.`,
          );
        }
        if (error instanceof DagsterFault) throw error;
        const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
        throw new DagsterFault("away", "unavailable", `Dagster at ${this.#host} cannot be reached${code}.`, {
          cause: error,
        });
      }
    });
  }

  #post(document: { readonly text: string }, variables: unknown, signal: AbortSignal): Promise<Response> {
    return fetch(`${this.#target.url}/graphql`, {
      method: "POST",
      body: JSON.stringify({ query: document.text, variables }),
      headers: {
        "content-type": "application/json",
        "user-agent": "Schemawatch",
        ...authorisation(this.#target),
      },
      // The token stays with the server it is for.
      redirect: "manual",
      signal,
    });
  }

  #dataOf(status: number, text: string): unknown {
    const host = this.#host;
    if (status === 401 || status === 403 || (status >= 300 && status < 400)) {
      const what = status < 400 ? `sends to another page (${status}), as for a log-in` : `answered ${status}`;
      throw unauthorised(`Dagster at ${host} ${what}.`, this.#target.token !== null);
    }
    const answer = parsed(text);
    const told = answer?.errors?.[0]?.message;
    if (told !== undefined && (status === 400 || MISFIT.test(told))) {
      throw new DagsterFault(
        "wrong",
        "invalid",
        `Dagster at ${host} does not know what was asked: ${told.slice(0, 500)}`,
        { mend: "Schemawatch asks as Dagster 1.13 does; docs/dagster.md names the versions." },
      );
    }
    if (status === 404 || (status < 400 && answer === undefined)) {
      throw new DagsterFault(
        "refused",
        "not_found",
        `There is no Dagster at ${this.#target.url} (${status}).`,
        {
          mend: "Correct dagster.url in databases.yaml: the address of Dagster's own pages, with its path if it has one.",
        },
      );
    }
    if (status >= 400 || told !== undefined || !answer?.data) {
      const why = told === undefined ? `answered ${status}` : `failed: ${told.slice(0, 500)}`;
      // Seen of a web server whose code server was killed, until its code location was loaded anew.
      const mend =
        "Its log has the reason; a code server that is gone is one: then reload the code location.";
      throw new DagsterFault(
        "away",
        "unavailable",
        `Dagster at ${host} ${why}.`,
        status === 500 ? { mend } : {},
      );
    }
    return answer.data;
  }
}

/** The words of graphql-core for a document that does not fit the schema; Dagster answers them with 400 or 500. */
const MISFIT =
  /^(Cannot query field|Unknown (type|argument|fragment|directive)|Syntax Error|Variable "|Field "|Fragment )/;

/** Nobody is let in, or not for this. */
export function unauthorised(message: string, hasToken: boolean): DagsterFault {
  return new DagsterFault("refused", "unauthorized", message, {
    mend: hasToken
      ? "Write a token that may launch and end runs into dagster.tokenFile."
      : "Name a token that may launch and end runs by dagster.tokenFile in databases.yaml.",
  });
}

interface Answer {
  readonly data?: object | null;
  readonly errors?: readonly { readonly message: string }[];
}

function parsed(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readText(response: Response, host: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new DagsterFault(
        "wrong",
        "too_large",
        `An answer of Dagster at ${host} is larger than ${MAX_ANSWER_BYTES / 1024 / 1024} MiB.`,
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
