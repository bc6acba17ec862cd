/** A server-sent event as a reader gets it. */
export interface ReadEvent {
  readonly id: string;
  /** "message" where the event has no name. */
  readonly event: string;
  readonly data: string;
}

export interface StreamReader {
  /** How often it connected. */
  connects(): number;
  /** Stops reading. */
  close(): Promise<void>;
}

/** Browsers wait some seconds; tests have no time for that. */
const RETRY_MS = 100;

/**
 * Reads a stream as a browser does until `close`: when it breaks off or is refused it connects again, with
 * Last-Event-ID. `onEvent` gets each event in order and returns true to end the reading.
 */
export function readStream(url: string, onEvent: (event: ReadEvent) => boolean): StreamReader {
  const closed = new AbortController();
  let connects = 0;
  let lastId = "";
  const connect = async () => {
    connects += 1;
    const answer = await fetch(url, {
      headers: lastId === "" ? {} : { "last-event-id": lastId },
      signal: closed.signal,
    });
    if (!answer.ok || answer.body === null) return;
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parse(text.slice(0, end));
        text = text.slice(end + 2);
        if (event === null) continue;
        lastId = event.id || lastId;
        if (onEvent(event)) {
          closed.abort();
          return;
        }
      }
    }
  };
  const reading = (async () => {
    while (!closed.signal.aborted) {
      await connect().catch(() => {});
      if (!closed.signal.aborted) await Bun.sleep(RETRY_MS);
    }
  })();
  return {
    connects: () => connects,
    async close() {
      closed.abort();
      await reading;
    },
  };
}

/** Null for a block without data: a comment, say. */
function parse(block: string): ReadEvent | null {
  const fields = { id: "", event: "message" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^(\w*):? ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name === "id" || name === "event") fields[name] = value;
  }
  return data.length === 0 ? null : { ...fields, data: data.join("\n") };
}
