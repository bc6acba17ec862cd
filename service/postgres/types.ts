/** A row as the driver gives it; each query function names its own shape. int8 comes as string, json parsed, timestamptz as Date. */
export type Row = Record<string, unknown>;

/** What can run SQL: a connection pool, or one transaction of it. The domain sees only this. */
export interface Sql {
  /**
   * Runs one statement with `$1…` parameters (prepared and cached per connection) and returns its rows. Without
   * `params` (not even `[]`) nothing is cached and the text may hold several statements; the last one's rows come back.
   * Values go as the parameter's type asks: arrays as arrays, objects as json; a string for json is JSON text already.
   * Rejects with AppError "timeout" after the deadline, "unavailable" when the connection is lost or cannot be made,
   * "unauthorized" when the server refuses the role or password; with the driver's PostgresError (its `code` is the
   * SQLSTATE) for an error the server reports on the statement itself.
   */
  query<T = Row>(text: string, params?: readonly unknown[]): Promise<T[]>;
}

export interface TransactionOptions {
  readonly readOnly?: boolean;
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  /** For the whole transaction; defaults to the client's deadline. */
  readonly deadlineMs?: number;
}

/** A PostgreSQL database, reached through `postgres` (porsager) with a deadline on every query. */
export interface Database extends Sql {
  /** Commits what `work` returns, rolls back when it throws. A lost connection or a deadline rejects, never hangs. */
  transaction<T>(work: (tx: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Calls `onPayload` for every NOTIFY on the channel. After a lost connection it listens again by itself and then calls
   * `onResume`: whatever was notified meanwhile was missed, so the caller must read its state again. `onResume` is also
   * called once when listening begins.
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onResume: () => void,
  ): Promise<() => Promise<void>>;
  /**
   * Runs `work` on one connection of its own that nobody else uses (session advisory locks, foreign migration scripts).
   * Rejects when that connection is lost; `lost` aborts then. `deadlineMs` is for each query; defaults to the client's.
   */
  reserve<T>(
    work: (session: Sql, lost: AbortSignal) => Promise<T>,
    options?: { readonly deadlineMs?: number },
  ): Promise<T>;
  /** Sends what was begun, waits at most `timeoutMs` (default 2000), then drops every connection. Later queries reject with "unavailable". */
  close(timeoutMs?: number): Promise<void>;
}

export interface ConnectOptions {
  /** postgres:// or postgresql:// URL, unix sockets and sslmode included. */
  readonly url: string;
  /** Shown in pg_stat_activity, e.g. "schemawatch poller". */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Deadline of each query in milliseconds, connecting included. */
  readonly deadlineMs: number;
  /** Milliseconds after which an unused connection is closed; 0 keeps it. */
  readonly idleMs?: number;
  /** Settings of each session, e.g. { default_transaction_read_only: "on", statement_timeout: "10000" }. */
  readonly settings?: Readonly<Record<string, string>>;
}
