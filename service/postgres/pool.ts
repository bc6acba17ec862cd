import { AppError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { timedOut } from "./errors.ts";
import { describeTarget, type Target } from "./target.ts";

export interface PoolOptions {
  readonly target: Target;
  readonly settings: Readonly<Record<string, string>>;
  readonly maxConnections: number;
  readonly idleMs: number;
}

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly refuse: (error: AppError) => void;
}

/** Resolves with `work`, or after `timeoutMs`. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Connections that are lent to one user at a time; a lost one is forgotten, and made anew when it is needed. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #all = new Set<Connection>();
  /** The most recently used one is last and is lent first, so that those in excess grow old. */
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Waiter>();
  #sweeper: ReturnType<typeof setTimeout> | undefined;
  #closed: AppError | undefined;
  #drained: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A connection for one user, at once where there is one to give, else when one is free or the deadline passes. */
  acquire(deadlineMs: number): Connection | Promise<Connection> {
    if (this.#closed) return Promise.reject(this.#closed);
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.size < this.#options.maxConnections) return this.#open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(timedOut("Waiting for a free connection", deadlineMs, this.#options.target));
      }, deadlineMs);
      const waiter: Waiter = {
        take: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.add(waiter);
    });
  }

  /** Takes a connection back. A lost one has left by itself. */
  release(connection: Connection): void {
    if (connection.error) return;
    if (this.#closed) {
      void connection.end(this.#closed);
      return;
    }
    const waiter = this.#nextWaiter();
    if (waiter) {
      waiter.take(connection);
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
    if (this.#options.idleMs > 0) this.#sweeper ??= setTimeout(() => this.#sweep(), this.#options.idleMs);
  }

  /** Refuses what comes from now on, waits for what is lent out, then drops everything. */
  async close(timeoutMs: number): Promise<void> {
    const error = new AppError(
      "unavailable",
      `The client was closed (${describeTarget(this.#options.target)}).`,
    );
    this.#closed ??= error;
    clearTimeout(this.#sweeper);
    for (const waiter of this.#waiting) waiter.refuse(error);
    this.#waiting.clear();
    const parted = Promise.all(this.#idle.splice(0).map((connection) => connection.end(error)));
    if (this.#all.size === 0) return within(parted, timeoutMs);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#drained = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    for (const connection of this.#all) connection.lose(error, { cancel: true });
  }

  #open(): Connection {
    const connection = new Connection({ target: this.#options.target, settings: this.#options.settings });
    this.#all.add(connection);
    connection.onLost.add(() => this.#forget(connection));
    return connection;
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#all.size === 0) this.#drained?.();
    if (this.#closed || this.#all.size >= this.#options.maxConnections) return;
    const waiter = this.#nextWaiter();
    if (waiter) waiter.take(this.#open());
  }

  #nextWaiter(): Waiter | undefined {
    for (const waiter of this.#waiting) {
      this.#waiting.delete(waiter);
      return waiter;
    }
    return undefined;
  }

  #sweep(): void {
    this.#sweeper = undefined;
    const now = performance.now();
    const { idleMs, target } = this.#options;
    const retired = new AppError(
      "unavailable",
      `The connection was idle too long (${describeTarget(target)}).`,
    );
    while (this.#idle[0] && now - this.#idle[0].idleSince >= idleMs) void this.#idle[0].end(retired);
    const oldest = this.#idle[0];
    if (oldest) this.#sweeper = setTimeout(() => this.#sweep(), idleMs - (now - oldest.idleSince) + 1);
  }
}
