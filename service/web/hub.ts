import type { Clock } from "../clock.ts";
import type { StoreEvent, StoreEvents } from "../store/events.ts";
import { Shared } from "./shared.ts";

/** What can be watched: everything (home), one database, one run. */
export type Topic = "home" | `database:${string}` | `run:${number | string}`;

interface Subscription {
  readonly listener: () => void;
  readonly everyMs: number;
  /** Called less than everyMs ago. */
  resting: boolean;
  /** Noticed while resting: owed a call at its end. */
  owed: boolean;
}

/**
 * The process's one subscription to the store's notices, fanned out by topic. A notice says only that something changed:
 * the listener reads the store. After a lost connection every listener is called, as notices may have been missed.
 */
export class Hub {
  /** What the listeners may share of what they read after a notice. */
  readonly shared: Shared;
  readonly #topics = new Map<Topic, Set<Subscription>>();
  readonly #clock: Clock;
  readonly #unsubscribe: () => void;

  constructor(events: StoreEvents, clock: Clock) {
    this.#clock = clock;
    this.shared = new Shared(clock);
    this.#unsubscribe = events.subscribe((event) => this.#notice(event));
  }

  /**
   * Calls `listener` after a notice on any of the topics: the first at once, then at most once in `everyMs` milliseconds
   * for all that came meanwhile. The listener must not throw or wait. Returns the unsubscribe function.
   */
  subscribe(topics: readonly Topic[], listener: () => void, everyMs = 0): () => void {
    const subscription: Subscription = { listener, everyMs, resting: false, owed: false };
    for (const topic of topics) {
      const subscriptions = this.#topics.get(topic) ?? new Set();
      this.#topics.set(topic, subscriptions.add(subscription));
    }
    return () => {
      for (const topic of topics) {
        const subscriptions = this.#topics.get(topic);
        subscriptions?.delete(subscription);
        if (subscriptions?.size === 0) this.#topics.delete(topic);
      }
      subscription.owed = false;
    };
  }

  /** Topics that somebody watches. */
  get size(): number {
    return this.#topics.size;
  }

  close(): void {
    this.#unsubscribe();
    this.#topics.clear();
  }

  #notice(event: StoreEvent): void {
    this.shared.forget();
    for (const subscription of this.#concerned(event)) this.#call(subscription);
  }

  #concerned(event: StoreEvent): Set<Subscription> {
    const concerned = new Set<Subscription>();
    for (const topic of event.type === "resume" ? this.#topics.keys() : topicsOf(event)) {
      for (const subscription of this.#topics.get(topic) ?? []) concerned.add(subscription);
    }
    return concerned;
  }

  #call(subscription: Subscription): void {
    if (subscription.resting) {
      subscription.owed = true;
      return;
    }
    subscription.listener();
    if (subscription.everyMs === 0) return;
    subscription.resting = true;
    void this.#clock.sleep(subscription.everyMs).then(() => {
      subscription.resting = false;
      if (!subscription.owed) return;
      subscription.owed = false;
      this.#call(subscription);
    });
  }
}

function topicsOf(event: Exclude<StoreEvent, { type: "resume" }>): readonly Topic[] {
  switch (event.type) {
    case "database":
    case "change":
      return ["home", `database:${event.database}`];
    case "run":
      return ["home", `database:${event.database}`, `run:${event.run}`];
    // Orders to the poller and the worker: what they change is told by notices of its own.
    case "look":
    case "cancel":
      return [];
  }
}
