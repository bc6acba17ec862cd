import { AppError } from "../errors.ts";
import { Connection } from "./connection.ts";
import { timedOut } from "./errors.ts";
import { describeTarget, type Target } from "./target.ts";

interface ListenerOptions {
  readonly target: Target;
  readonly settings: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

interface Subscriber {
  readonly onPayload: (payload: string) => void;
  readonly onResume: () => void;
}

/** Between attempts to listen again; short, as a server that restarts is back within a second. */
const retryMs = { first: 50, most: 1000 };
/** A connection that died without a word is found by asking this often. */
const heartbeatMs = 15_000;

/** All channels of a client on one connection of their own, which is replaced for as long as anybody listens. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #channels = new Map<string, Set<Subscriber>>();
  #connection: Connection | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #delay = retryMs.first;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** See Database.listen. Rejects when listening cannot begin; once it has begun it goes on until stopped. */
  async listen(channel: string, onPayload: Subscriber["onPayload"], onResume: Subscriber["onResume"]) {
    if (this.#closed) {
      throw new AppError("unavailable", `The client was closed (${describeTarget(this.#options.target)}).`);
    }
    const subscriber: Subscriber = { onPayload, onResume };
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers.add(subscriber));
    try {
      // A connection lost meanwhile is replaced on its own; listening has then begun when this attempt says so.
      await this.#send(this.#connection ?? this.#open(), `listen ${quote(channel)}`);
    } catch (error) {
      await this.#leave(channel, subscriber);
      throw error;
    }
    onResume();
    return () => this.#leave(channel, subscriber);
  }

  /** Stops for good. */
  close(): void {
    this.#closed = true;
    this.#channels.clear();
    void this.#rest();
  }

  #open(): Connection {
    const connection = new Connection({
      target: this.#options.target,
      settings: this.#options.settings,
      onNotify: (channel, payload) => {
        for (const subscriber of this.#channels.get(channel) ?? []) subscriber.onPayload(payload);
      },
    });
    this.#connection = connection;
    connection.onLost.add(() => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      if (this.#channels.size > 0) this.#retry ??= setTimeout(() => this.#resume(), this.#delay);
    });
    this.#heartbeat ??= setInterval(() => {
      if (this.#connection) this.#send(this.#connection, "select 1").catch(() => {});
    }, heartbeatMs);
    return connection;
  }

  /** Listens again on everything, then lets everybody read again what may have been missed. */
  async #resume(): Promise<void> {
    this.#retry = undefined;
    if (this.#channels.size === 0) return;
    this.#delay = Math.min(this.#delay * 2, retryMs.most);
    const channels = [...this.#channels.keys()];
    const connection = this.#connection ?? this.#open();
    try {
      await this.#send(connection, channels.map((channel) => `listen ${quote(channel)}`).join(";"));
    } catch (cause) {
      // The loss of the connection sets the next attempt; one that refuses LISTEN is no better than a lost one.
      connection.lose(new AppError("unavailable", "The server does not let us listen.", { cause }));
      return;
    }
    this.#delay = retryMs.first;
    for (const channel of channels) {
      for (const subscriber of this.#channels.get(channel) ?? []) subscriber.onResume();
    }
  }

  async #leave(channel: string, subscriber: Subscriber): Promise<void> {
    const subscribers = this.#channels.get(channel);
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return;
    this.#channels.delete(channel);
    if (this.#channels.size === 0) await this.#rest();
    else if (this.#connection)
      await this.#send(this.#connection, `unlisten ${quote(channel)}`).catch(() => {});
  }

  async #rest(): Promise<void> {
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    this.#retry = this.#heartbeat = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end(new AppError("unavailable", "Nobody listens any more."));
  }

  async #send(connection: Connection, text: string): Promise<void> {
    const { deadlineMs, target } = this.#options;
    const timer = setTimeout(() => connection.lose(timedOut("Listening", deadlineMs, target)), deadlineMs);
    try {
      await connection.send(text, undefined);
    } finally {
      clearTimeout(timer);
    }
  }
}

function quote(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`;
}
