import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";

export interface ServerEvent {
  /** Comes back as Last-Event-ID when the reader connects again. */
  readonly id?: string | number;
  /** Without a name htmx swaps the data in; with one it becomes a DOM event. */
  readonly event?: string;
  readonly data: string;
}

/** One reader. */
export interface EventStream {
  /** Aborts when the reader went, was dropped, or the server stops. */
  readonly signal: AbortSignal;
  /** Sends an event; a reader that left too much unread is dropped. Nothing happens on a closed stream. */
  send(event: ServerEvent): void;
  /** Resolves when there is room for more, or the stream is closed; a reader that makes none in time is dropped. For catching up. */
  room(): Promise<void>;
  /** Ends the stream in order. */
  close(): void;
}

export interface StreamsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether who opened the stream may still see it; asked at every heartbeat. */
  readonly mayStay: (request: Request) => Promise<boolean>;
  /** Between comments that keep proxies and readers from giving up (default 15 s). */
  readonly heartbeatMs?: number;
  /** How long a reader that is catching up may read nothing (default 10 s). */
  readonly stallMs?: number;
}

/** The part of Bun's server that a stream needs. */
export interface Connections {
  /** Closes the request's connection once nothing went over it for so many seconds. */
  timeout(request: Request, seconds: number): void;
}

/** Unread bytes at which a reader is dropped: several whole pages, and 1,000 such readers are no harm. */
const MAX_UNREAD = 256 * 1024;

/** Open streams of one process; a browser holds one a tab. */
const MAX_STREAMS = 1000;

const encoder = new TextEncoder();

/** The open streams of the process (text/event-stream, WHATWG HTML 9.2). */
export class Streams {
  readonly #open = new Set<EventStream>();
  readonly #options: Required<StreamsOptions>;
  #server: Connections | undefined;
  #closed = false;

  constructor(options: StreamsOptions) {
    this.#options = { heartbeatMs: 15_000, stallMs: 10_000, ...options };
  }

  /** Tells which server the requests come from. */
  attach(server: Connections): void {
    this.#server = server;
  }

  /** Number of open streams. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * The answer to `request` that streams what `source` sends. `source` is called at once; when it rejects, the stream
   * ends and the reader connects again. AppError "unavailable" at shutdown or when too many are open.
   */
  open(request: Request, source: (stream: EventStream) => Promise<void>): Response {
    if (this.#closed) {
      throw new AppError("unavailable", "The server is stopping.", { mend: "Connect again in a moment." });
    }
    if (this.#open.size >= MAX_STREAMS) {
      throw new AppError(
        "unavailable",
        `${MAX_STREAMS} live streams are open, and there is no room for more.`,
        {
          mend: "Close some, or run more web replicas.",
        },
      );
    }
    const { clock, log, metrics, stallMs } = this.#options;
    const abort = new AbortController();
    let wakeReader: (() => void) | undefined;
    let controller: ReadableStreamDefaultController<Uint8Array>;

    const finish = (end: () => void) => {
      if (abort.signal.aborted) return;
      abort.abort();
      request.signal.removeEventListener("abort", gone);
      this.#open.delete(stream);
      metrics.streams.set(this.#open.size);
      wakeReader?.();
      end();
    };
    const gone = () => finish(() => {});
    const drop = (why: string) => {
      log.warn({ why }, "reader of a live stream dropped");
      finish(() => {
        controller.error(new Error(why));
        // Bun would wait for the reader for ever, with what it has not read.
        this.#server?.timeout(request, 1);
      });
    };
    const write = (text: string) => {
      if (abort.signal.aborted) return;
      if ((controller.desiredSize ?? 0) <= 0) return drop("it reads too slowly");
      controller.enqueue(encoder.encode(text));
    };

    const stream: EventStream = {
      signal: abort.signal,
      send: (event) => write(format(event)),
      room: async () => {
        while (!abort.signal.aborted && (controller.desiredSize ?? 0) < MAX_UNREAD / 2) {
          const { promise, resolve } = Promise.withResolvers<true>();
          wakeReader = () => resolve(true);
          const stalled = new AbortController();
          const inTime = await Promise.race([promise, clock.sleep(stallMs, stalled.signal)]);
          stalled.abort();
          if (!inTime) drop("it stopped reading");
        }
      },
      close: () => finish(() => controller.close()),
    };

    const body = new ReadableStream<Uint8Array>(
      {
        start: (made) => {
          controller = made;
          // Headers go out with the first bytes: at once, not with the first event.
          write(": schemawatch\n\n");
        },
        pull: () => wakeReader?.(),
        cancel: gone,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_UNREAD }),
    );
    this.#open.add(stream);
    metrics.streams.set(this.#open.size);
    request.signal.addEventListener("abort", gone);
    if (request.signal.aborted) gone();
    void this.#beat(request, stream, () => write(": still here\n\n"));
    source(stream).catch((error: unknown) => {
      if (abort.signal.aborted) return;
      log.warn({ err: error }, "live stream ended early");
      stream.close();
    });
    return new Response(body, {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // nginx would hold the events back.
        "x-accel-buffering": "no",
      },
    });
  }

  /** Keeps a quiet stream alive, and ends that of a session or token that is gone. */
  async #beat(request: Request, stream: EventStream, send: () => void): Promise<void> {
    const { clock, heartbeatMs, mayStay } = this.#options;
    while (!stream.signal.aborted) {
      await clock.sleep(heartbeatMs, stream.signal);
      // A store that cannot say does not end what was allowed.
      if (await mayStay(request).catch(() => true)) send();
      else stream.close();
    }
  }

  /** Ends every stream and opens no more: before the server stops, as it waits for open answers. */
  closeAll(): void {
    this.#closed = true;
    for (const stream of [...this.#open]) stream.close();
  }
}

/** An event as it goes over the wire. Line breaks in the data become lines of data, so that data can never forge a field. */
export function format({ id, event, data }: ServerEvent): string {
  let text = "";
  if (id !== undefined) text += `id: ${oneLine(String(id))}\n`;
  if (event !== undefined) text += `event: ${oneLine(event)}\n`;
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, " ");
}
