import { AppError } from "../errors.ts";
import { until } from "./until.ts";

/** A run as GET /api/v1/runs/{id} tells it; the parts that tests ask about. */
export interface RunAnswer {
  readonly id: number;
  readonly database: string;
  readonly changeId: number | null;
  readonly state: "requested" | "queued" | "running" | "succeeded" | "failed" | "cancelled";
  readonly error: string | null;
  readonly report: { readonly markdown: string; readonly html: string } | null;
}

/** A database as GET /api/v1/databases/{name} tells it; the parts that tests ask about. */
export interface DatabaseAnswer {
  readonly name: string;
  readonly state: "starting" | "watching" | "unreachable";
  readonly lastLookAt: string | null;
  readonly connect: string | null;
}

/** The API of a running service, as a script uses it. */
export class Api {
  /** With /api/v1. */
  protected readonly url: string;

  /** `url` is the service's, without /api/v1. */
  constructor(url: string) {
    this.url = `${url}/api/v1`;
  }

  /** The answer's body. Rejects unless it is a success, with AppError "unavailable" when there is no answer. */
  async ask<T>(method: "GET" | "POST", path: string, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(this.url + path, { method, headers }).catch((cause: unknown) => {
      throw new AppError("unavailable", `${method} ${path}: no answer`, { cause });
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Presses Trigger; returns the run's id. */
  async trigger(database: string): Promise<number> {
    return (await this.ask<{ id: number }>("POST", `/databases/${database}/runs`)).id;
  }

  run(id: number): Promise<RunAnswer> {
    return this.ask("GET", `/runs/${id}`);
  }

  /** Waits until the run has ended and returns it. */
  async ended(id: number, withinMs: number): Promise<RunAnswer> {
    return until(`run ${id} to end`, withinMs, async () => {
      const run = await this.run(id);
      return ["succeeded", "failed", "cancelled"].includes(run.state) && run;
    });
  }

  /** Waits until each of these databases has been looked at. */
  async watching(names: readonly string[], withinMs: number): Promise<void> {
    await until(`a look at ${names.join(", ")}`, withinMs, async () => {
      const { items } = await this.ask<{ items: DatabaseAnswer[] }>("GET", "/databases");
      return names.every((name) => items.some((one) => one.name === name && one.lastLookAt !== null));
    });
  }
}
