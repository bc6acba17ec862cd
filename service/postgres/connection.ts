import type { Socket } from "node:net";
import postgres from "postgres";
import { type AppError, toAppError } from "../errors.ts";
import { dial } from "./dial.ts";
import { mapError, PostgresError, unreachable } from "./errors.ts";
import type { Target } from "./target.ts";
import { valueTypes } from "./values.ts";

export interface ConnectionOptions {
  readonly target: Target;
  /** Sent at the start of the session. */
  readonly settings: Readonly<Record<string, string>>;
  readonly onNotify?: (channel: string, payload: string) => void;
}

/** How long a server may take to end a session that said goodbye. */
const goodbyeMs = 1000;

/** What the driver calls the key that cancels the statement a backend is running. */
interface BackendKey {
  readonly pid?: number | null;
  readonly secret?: number | null;
}

/**
 * One connection: one driver client on one socket of ours, used once and never reconnected. The driver may forget
 * queries when a connection is lost (porsager/postgres #1193, #1195), so every query outstanding here is ours to
 * reject: after `lose` none stays unsettled, whatever the driver does.
 */
export class Connection {
  /** Set once, by `lose`. A lost connection rejects every query with it. */
  error: AppError | undefined;
  /** Called once each, synchronously, when the connection is lost or closed. */
  readonly onLost = new Set<() => void>();
  /** Kept by the pool: when it became idle, on the monotonic clock. */
  idleSince = 0;
  readonly #target: Target;
  readonly #giveUp = new AbortController();
  readonly #outstanding = new Set<(error: unknown) => void>();
  #backlog: ((driver: postgres.Sql) => void)[] | undefined = [];
  #driver: postgres.Sql | undefined;
  #socket: Socket | undefined;
  /** From the first result; until there is one, the first query has it as soon as it was sent. */
  #key: BackendKey | undefined;
  #first: object | undefined;

  constructor(options: ConnectionOptions) {
    this.#target = options.target;
    dial(options.target, this.#giveUp.signal).then(
      (socket) => this.#start(socket, options),
      (error) => this.lose(mapError(error, options.target) as AppError),
    );
  }

  /**
   * Sends one statement behind those sent before. Without `params` the text goes as it is and may hold several
   * statements (the last one's rows are returned); with them it is prepared and cached.
   */
  send(text: string, params: readonly unknown[] | undefined): Promise<postgres.RowList<postgres.Row[]>> {
    if (this.error) return Promise.reject(this.error);
    return new Promise((resolve, reject) => {
      this.#outstanding.add(reject);
      const go = (driver: postgres.Sql) => {
        const args = params?.map((value) => driver.typed((value ?? null) as never, 0));
        const pending = args
          ? driver.unsafe(text, args as never[], { prepare: true, simple: false } as { prepare: boolean })
          : driver.unsafe(text);
        pending.then(
          (rows) => {
            this.#outstanding.delete(reject);
            this.#key ??= rows.state;
            resolve(lastResult(rows));
          },
          (error) => {
            this.#outstanding.delete(reject);
            const mapped = mapError(error, this.#target);
            reject(mapped);
            // What is not about the statement is about the connection, and the rest behind it shares its fate. A value
            // that cannot be written also is: the driver may then take the next answer for the wrong query.
            if (!(mapped instanceof PostgresError)) this.lose(toAppError(mapped));
          },
        );
        this.#first ??= pending;
      };
      if (this.#driver) go(this.#driver);
      else this.#backlog?.push(go);
    });
  }

  /** Rejects everything outstanding with `error` and drops the socket. With `cancel`, stops the running statement too. */
  lose(error: AppError, options: { cancel?: boolean } = {}): void {
    if (this.error) return;
    this.error = error;
    this.#giveUp.abort();
    if (options.cancel) this.#cancel();
    this.#socket?.destroy();
    this.#backlog = undefined;
    for (const reject of this.#outstanding) reject(error);
    this.#outstanding.clear();
    for (const gone of this.onLost) gone();
  }

  /**
   * Says goodbye to the server and drops the socket; for a connection with nothing outstanding. Resolves when the server's
   * session is over, or is late with that.
   */
  end(error: AppError): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.lose(error);
    if (socket === undefined || socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const over = () => {
        clearTimeout(late);
        socket.destroy();
        resolve();
      };
      const late = setTimeout(over, goodbyeMs);
      // The server closes its side last of all.
      socket.once("end", over);
      socket.once("close", over);
      // PostgreSQL's Terminate message; without it the server logs a lost client.
      socket.end(Buffer.from([88, 0, 0, 0, 4]));
    });
  }

  #start(socket: Socket, { target, settings, onNotify }: ConnectionOptions): void {
    if (this.error) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    const gone = (cause: unknown) => this.lose(unreachable(cause, target));
    const closed = () => gone(Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" }));
    socket.once("error", gone);
    socket.once("end", closed);
    socket.once("close", closed);
    let handedOver = false;
    this.#driver = postgres({
      host: target.host,
      port: target.port,
      user: target.user,
      password: target.password,
      database: target.database,
      ssl: false,
      max: 1,
      idle_timeout: 0,
      max_lifetime: 0,
      connect_timeout: 0,
      fetch_types: false,
      prepare: true,
      types: valueTypes as never,
      connection: settings,
      onnotice: () => {},
      ...(onNotify ? { onnotify: onNotify } : {}),
      // One socket, once: when the driver wants to reconnect, this connection is over.
      socket: () => {
        if (handedOver) throw Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" });
        handedOver = true;
        return socket;
      },
      no_subscribe: true,
    } as postgres.Options<Record<string, postgres.PostgresType>>);
    for (const go of this.#backlog ?? []) go(this.#driver);
    this.#backlog = undefined;
  }

  /** Best effort: the server's statement_timeout is the net below it. */
  #cancel(): void {
    const { pid, secret } =
      this.#key ?? (this.#first as { state?: BackendKey | null } | undefined)?.state ?? {};
    if (!pid || !secret) return;
    const request = Buffer.alloc(16);
    request.writeInt32BE(16, 0);
    request.writeInt32BE(80877102, 4); // CancelRequest's code
    request.writeUInt32BE(pid, 8);
    request.writeUInt32BE(secret, 12);
    dial(this.#target, AbortSignal.timeout(2000)).then(
      (socket) => {
        socket.on("error", () => {});
        socket.end(request, () => setTimeout(() => socket.destroy(), 1000).unref());
      },
      () => {},
    );
  }
}

/** Of several statements in one text the driver returns several results; the last counts. */
function lastResult(rows: postgres.RowList<postgres.Row[]>): postgres.RowList<postgres.Row[]> {
  const last: unknown = rows.at(-1);
  return Array.isArray(last) && !("command" in rows) ? (last as typeof rows) : rows;
}
