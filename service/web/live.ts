import type { Logger } from "../log.ts";
import type { Hub, Topic } from "./hub.ts";
import type { EventStream, Streams } from "./sse.ts";

/** A part of a page that is kept up to date. */
export interface LiveView {
  /** Streams with the same key see the same text: whatever the text depends on (page, role) is in it. */
  readonly key: string;
  readonly topics: readonly Topic[];
  /** Milliseconds between two renderings at least. */
  readonly everyMs: number;
  /** Milliseconds after which it is rendered again without a change: for what passes in silence, such as a poller that died. */
  readonly refreshMs?: number;
  /** The whole state, never an increment: a reader that connects again needs nothing it missed. */
  readonly render: () => Promise<string>;
}

interface Shown {
  readonly view: LiveView;
  readonly readers: Set<EventStream>;
  text: string | undefined;
  rendering: boolean;
  /** Changed while rendering: what comes out is old already. */
  stale: boolean;
  unsubscribe: () => void;
}

/** Renders each live view once per change, however many readers show it. */
export class LiveViews {
  readonly #shown = new Map<string, Shown>();
  readonly #hub: Hub;
  readonly #streams: Streams;
  readonly #log: Logger;

  constructor(hub: Hub, streams: Streams, log: Logger) {
    this.#hub = hub;
    this.#streams = streams;
    this.#log = log;
  }

  /** The answer that streams the view: its whole text at once, then again after each change that shows in it. */
  open(request: Request, view: LiveView): Response {
    return this.#streams.open(request, async (stream) => {
      const shown = this.#shown.get(view.key) ?? this.#begin(view);
      shown.readers.add(stream);
      stream.signal.addEventListener("abort", () => this.#leave(shown, stream), { once: true });
      if (shown.text !== undefined) stream.send({ data: shown.text });
      else if (!shown.rendering) await this.#render(shown);
    });
  }

  #begin(view: LiveView): Shown {
    const shown: Shown = {
      view,
      readers: new Set(),
      text: undefined,
      rendering: false,
      stale: false,
      unsubscribe: () => {},
    };
    this.#shown.set(view.key, shown);
    // Subscribed before the first reading, so that no change falls between the two.
    const render = () => void this.#render(shown);
    const unsubscribe = this.#hub.subscribe(view.topics, render, view.everyMs);
    const timer = view.refreshMs === undefined ? undefined : setInterval(render, view.refreshMs);
    shown.unsubscribe = () => {
      clearInterval(timer);
      unsubscribe();
    };
    return shown;
  }

  #leave(shown: Shown, stream: EventStream): void {
    shown.readers.delete(stream);
    if (shown.readers.size > 0) return;
    shown.unsubscribe();
    this.#shown.delete(shown.view.key);
  }

  async #render(shown: Shown): Promise<void> {
    shown.stale = true;
    if (shown.rendering) return;
    shown.rendering = true;
    try {
      while (shown.stale && shown.readers.size > 0) {
        shown.stale = false;
        const text = await shown.view.render();
        if (text === shown.text) continue;
        shown.text = text;
        for (const stream of [...shown.readers]) stream.send({ data: text });
      }
    } catch (error) {
      // The readers keep what they see; those who connect again bring the next try.
      this.#log.warn({ err: error, view: shown.view.key }, "live view not rendered");
      shown.text = undefined;
      for (const stream of [...shown.readers]) stream.close();
    } finally {
      shown.rendering = false;
    }
  }
}
