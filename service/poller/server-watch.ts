import { readServerGate, type ServerReading } from "../catalog/server-gate.ts";
import type { Database } from "../postgres/types.ts";
import { type Member, PATIENCE, Sessions, type SessionsContext } from "./sessions.ts";

/** A session that nobody used for so long, in milliseconds, is ended where sessions are shared. */
const IDLE_MS = 30_000;
/** How long a server's gate is not asked again after it could not be read. */
const PAUSE_MS = 1000;

/** A reading of a server's gate, and when it began on the monotonic clock. */
export interface Taken {
  readonly reading: ServerReading;
  readonly at: number;
}

/**
 * One server, as all watches of its databases in this process share it: its sessions, and where databases are more than
 * those, its gate, which tells by one reading in which of them something was written. It is read on a session of its own, in
 * the database of one of them.
 */
export class ServerWatch {
  readonly sessions: Sessions;
  readonly #now: () => number;
  #source = 0;
  #of: Member | undefined;
  #self: Member | undefined;
  #last: Taken | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<Taken | null> | undefined;

  constructor(context: SessionsContext) {
    this.sessions = new Sessions(context);
    this.#now = context.now;
  }

  /** Takes a database's watch in. */
  enrol(member: Member): void {
    this.sessions.enrol(member);
  }

  /** Ends the session of a watch. */
  async leave(member: Member): Promise<void> {
    const left = this.sessions.leave(member);
    // Its database may be about to go, which our session would forbid.
    if (this.#of === member || !this.sessions.crowded) await this.#close();
    await left;
  }

  /** A reading of the server's gate that is at most `mostMs` milliseconds old; null where there is none to be had. */
  reading(mostMs: number): Promise<Taken | null> {
    const now = this.#now();
    if (this.#last && now - this.#last.at <= mostMs) return Promise.resolve(this.#last);
    if (now - this.#failedAt < PAUSE_MS) return Promise.resolve(null);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<Taken | null> {
    this.sessions.retire(IDLE_MS);
    try {
      const database = await this.#session();
      const at = this.#now();
      this.#last = { reading: await readServerGate(database), at };
    } catch {
      // Each database is asked by a session of its own then, and tells what is the matter.
      this.#last = null;
      this.#failedAt = this.#now();
      this.#source += 1;
      await this.#close();
    }
    return this.#last;
  }

  async #session(): Promise<Database> {
    if (!this.#self) {
      const of = this.sessions.member(this.#source);
      if (!of) throw new Error("no database is watched on this server");
      this.#of = of;
      this.#self = { open: () => of.open(), hush: async () => {} };
    }
    return this.sessions.borrow(this.#self, PATIENCE.request);
  }

  async #close(): Promise<void> {
    const self = this.#self;
    this.#self = this.#of = undefined;
    if (self) await this.sessions.leave(self);
  }
}

/** The servers of a process, each made when it is first asked for. */
export class ServerWatches {
  readonly #context: Omit<SessionsContext, "server">;
  readonly #servers = new Map<string, ServerWatch>();

  constructor(context: Omit<SessionsContext, "server">) {
    this.#context = context;
  }

  /** `server`: its `host:port`, or its socket's path. */
  of(server: string): ServerWatch {
    const found = this.#servers.get(server) ?? new ServerWatch({ ...this.#context, server });
    this.#servers.set(server, found);
    return found;
  }
}
