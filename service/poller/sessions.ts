import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Database } from "../postgres/types.ts";

/** Who uses a server's sessions: the watch of one database. */
export interface Member {
  /** A client of its database, not connected yet, for one connection. */
  open(): Database;
  /** Ends its listening; resolves when that session is over. */
  hush(): Promise<void>;
}

interface Session {
  readonly database: Database;
  busy: boolean;
  /** On the monotonic clock. */
  since: number;
}

/** How long whoever waits lets others go before, in milliseconds: somebody waits for a requested look, nobody for an unconditional one. */
export const PATIENCE = { request: Number.NEGATIVE_INFINITY, gate: 0, unconditional: 30_000 } as const;

interface Waiter {
  readonly member: Member;
  /** Its turn comes in the order of these, on the monotonic clock. */
  readonly by: number;
  readonly grant: (database: Database) => void;
  readonly refuse: (error: AppError) => void;
}

export interface SessionsContext {
  /** `host:port`, or the socket's path. */
  readonly server: string;
  readonly most: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** How long a server may take to end a session before its place is given away. */
const END_MS = 1000;

/**
 * The sessions of one poller on one server: `most` of them at any moment, those that are just ending and those that listen
 * included. While no more databases are watched there, each keeps its own. Beyond that they are lent in the order of asking
 * and patience, and whoever asks next has the one that lay idle longest ended.
 */
export class Sessions {
  readonly #context: SessionsContext;
  readonly #members = new Set<Member>();
  /** Those given back last are last. */
  readonly #lent = new Map<Member, Session>();
  readonly #ears = new Set<Member>();
  /** In their order. */
  #waiting: Waiter[] = [];
  #ending = 0;
  #crowded = false;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  get most(): number {
    return this.#context.most;
  }

  /** How many databases are watched on this server. */
  get databases(): number {
    return this.#members.size;
  }

  /** Whether there are more databases than sessions. */
  get crowded(): boolean {
    return this.#crowded;
  }

  /** One of the members, another one for each `nth`. */
  member(nth: number): Member | undefined {
    return [...this.#members][nth % Math.max(1, this.#members.size)];
  }

  enrol(member: Member): void {
    this.#members.add(member);
    this.#counted();
    // Whoever began last listens least.
    for (const ear of [...this.#ears].reverse()) {
      if (this.#members.size + this.#ears.size <= this.most) break;
      void ear.hush();
    }
  }

  /** Ends the member's session, dropping what it is at, and refuses what it waits for. */
  async leave(member: Member): Promise<void> {
    this.#members.delete(member);
    this.#counted();
    this.refuse(member);
    await this.#end(member);
  }

  /** The member waits for a session in vain. */
  refuse(member: Member): void {
    const gone = new AppError("unavailable", `The sessions on ${this.#context.server} were given up.`);
    const isIts = (waiter: Waiter) => waiter.member === member;
    for (const waiter of this.#waiting.filter(isIts)) waiter.refuse(gone);
    this.#waiting = this.#waiting.filter((waiter) => !isIts(waiter));
    this.#told();
  }

  /** Lends the member a session until it is given back; `patience` is one of PATIENCE. */
  borrow(member: Member, patience: number): Promise<Database> {
    const own = this.#lent.get(member);
    if (own) {
      own.busy = true;
      return Promise.resolve(own.database);
    }
    return new Promise((grant, refuse) => {
      const by = this.#context.now() + patience;
      const before = this.#waiting.findLastIndex((waiter) => waiter.by <= by);
      this.#waiting.splice(before + 1, 0, { member, by, grant, refuse });
      this.#serve();
    });
  }

  /** The session stays the member's until another one needs it. */
  giveBack(member: Member): void {
    const session = this.#lent.get(member);
    if (!session) return;
    session.busy = false;
    session.since = this.#context.now();
    this.#lent.delete(member);
    this.#lent.set(member, session);
    this.#serve();
  }

  /** Whether one more could listen, and every database would still keep a session of its own. */
  get hasRoomToListen(): boolean {
    return this.#members.size + this.#ears.size < this.most;
  }

  /** Gives the member one more session to listen on, where there is room for that. */
  mayListen(member: Member): boolean {
    if (this.#ears.has(member)) return true;
    if (!this.hasRoomToListen) return false;
    this.#ears.add(member);
    this.#told();
    return true;
  }

  /** The member's listening is over. */
  listensNoMore(member: Member): void {
    if (this.#ears.delete(member)) this.#serve();
  }

  /** Ends what lay idle for so long, where sessions are shared: each is memory of the server's. */
  retire(idleMs: number): void {
    if (!this.#crowded) return;
    const before = this.#context.now() - idleMs;
    for (const [member, session] of this.#lent) {
      if (!session.busy && session.since < before) void this.#end(member);
    }
  }

  #serve(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      const own = this.#lent.get(next.member);
      if (!own && !this.#hasRoom()) break;
      this.#waiting.shift();
      const session = own ?? { database: next.member.open(), busy: true, since: 0 };
      session.busy = true;
      this.#lent.set(next.member, session);
      next.grant(session.database);
    }
    this.#told();
  }

  /** Where there is none, as many idle ones are ended as are waited for. */
  #hasRoom(): boolean {
    if (this.#used() < this.most) return true;
    let wanted = this.#waiting.length - this.#ending;
    for (const [member, { busy }] of this.#lent) {
      if (wanted <= 0) break;
      if (busy) continue;
      wanted -= 1;
      void this.#end(member);
    }
    return false;
  }

  async #end(member: Member): Promise<void> {
    const session = this.#lent.get(member);
    if (!session) return;
    this.#lent.delete(member);
    this.#ending += 1;
    await session.database.close(session.busy ? 0 : END_MS);
    this.#ending -= 1;
    this.#serve();
  }

  #used(): number {
    return this.#lent.size + this.#ears.size + this.#ending;
  }

  #told(): void {
    const { server, metrics } = this.#context;
    metrics.sessions.set({ server }, this.#used());
    metrics.sessionsAwaited.set({ server }, this.#waiting.length);
  }

  #counted(): void {
    const crowded = this.#members.size > this.most;
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    const { server, log } = this.#context;
    if (crowded) {
      log.info(
        { server, sessions: this.most },
        "more databases than sessions: they share them, and the server's counters tell which to look at",
      );
    } else log.info({ server, sessions: this.most }, "each database has a session of its own again");
  }
}
