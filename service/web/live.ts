import type { Logger } from "../log.ts";
import { html, raw } from "./html.ts";
import type { Hub, Topic } from "./hub.ts";
import type { EventStream, Streams } from "./sse.ts";

/** A text with those of its elements that can be told alone, by id. Each stands in the text as it is, in this order. */
export interface Divided {
  readonly text: string;
  readonly parts: readonly { readonly id: string; readonly text: string }[];
}

/** A part of a page that is kept up to date. */
export interface LiveView {
  /** Streams with the same key see the same text: whatever the text depends on (page, role) is in it. */
  readonly key: string;
  readonly topics: readonly Topic[];
  /** Milliseconds between two renderings at least. */
  readonly everyMs: number;
  /** Milliseconds after which it is rendered again without a change: for what passes in silence, such as a poller that died. */
  readonly refreshMs?: number;
  /**
   * The whole state, never an increment: a reader that connects again needs nothing it missed. Of a divided one the readers
   * that are there are told the parts that changed.
   */
  readonly render: () => Promise<string | Divided>;
}

interface Shown {
  readonly view: LiveView;
  readonly readers: Set<EventStream>;
  /** What a new reader is sent. */
  text: string | undefined;
  /** What all readers have. */
  told: Told | undefined;
  /** The next rendering is a refresh: it also tells how long ago things were. */
  refreshing: boolean;
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
      told: undefined,
      refreshing: false,
      rendering: false,
      stale: false,
      unsubscribe: () => {},
    };
    this.#shown.set(view.key, shown);
    // Subscribed before the first reading, so that no change falls between the two.
    const render = () => void this.#render(shown);
    const unsubscribe = this.#hub.subscribe(view.topics, render, view.everyMs);
    const refresh = () => {
      shown.refreshing = true;
      render();
    };
    const timer = view.refreshMs === undefined ? undefined : setInterval(refresh, view.refreshMs);
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
        // What has a refresh leaves to it what differs in nothing but times.
        const steady = shown.view.refreshMs !== undefined && !shown.refreshing;
        shown.refreshing = false;
        const rendered = await shown.view.render();
        const next = typeof rendered === "string" ? { text: rendered, parts: [] } : rendered;
        const { news, told } = tell(shown.told, next, steady ? MOMENTS : WORDS);
        shown.text = next.text;
        shown.told = told;
        if (news !== null) for (const stream of [...shown.readers]) stream.send({ data: news });
      }
    } catch (error) {
      // The readers keep what they see; those who connect again bring the next try.
      this.#log.warn({ err: error, view: shown.view.key }, "live view not rendered");
      shown.text = undefined;
      shown.told = undefined;
      for (const stream of [...shown.readers]) stream.close();
    } finally {
      shown.rendering = false;
    }
  }
}

/** The words of a time that the reader's own clock writes (views/format.ts). */
const WORDS = /(?<=<time [^>]*data-(?:ago|until)[^>]*>)[^<]*/g;
/** Such times as a whole. */
const MOMENTS = /<time [^>]*data-(?:ago|until)[^>]*>[^<]*<\/time>/g;

interface Told {
  /** The text with the ids of its parts in their places. */
  readonly frame: string;
  readonly parts: ReadonlyMap<string, string>;
}

/**
 * What readers who have `before` must be told to have `next`, when what `passing` finds counts for nothing: the parts that
 * differ, all of it where more than they do, null where nothing does; and what they have then.
 */
function tell(
  before: Told | undefined,
  next: Divided,
  passing: RegExp,
): { readonly news: string | null; readonly told: Told } {
  const differ = (one: string, other: string) =>
    one !== other && one.replace(passing, "") !== other.replace(passing, "");
  const frame = frameOf(next);
  if (before === undefined || differ(before.frame, frame)) {
    const parts = new Map(next.parts.map(({ id, text }) => [id, text]));
    return { news: next.text, told: { frame, parts } };
  }
  const parts = new Map(before.parts);
  let news = "";
  for (const { id, text } of next.parts) {
    if (!differ(before.parts.get(id) ?? "", text)) continue;
    parts.set(id, text);
    news += html`<hx-partial hx-target="[id='${id}']" hx-swap="outerMorph">${raw(text)}</hx-partial>`.text;
  }
  return { news: news === "" ? null : news, told: { frame: before.frame, parts } };
}

function frameOf({ text, parts }: Divided): string {
  let frame = "";
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part.text, from);
    frame += `${text.slice(from, at)}#${part.id}`;
    from = at + part.text.length;
  }
  return frame + text.slice(from);
}
