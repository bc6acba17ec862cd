import { hasEnded } from "../../../store/models.ts";
import { readRunEvents } from "../../../store/read/runs.ts";
import type { WebContext } from "../../context.ts";
import type { EventStream } from "../../sse.ts";

/** Events read at once while catching up. */
const BATCH = 200;

/**
 * The run's events behind number `after` as a stream that ends with `event: end`. Notices only wake it: what is sent is
 * what the store holds behind the last number sent, so nothing is lost or doubled, whatever was missed. AppError
 * "not_found" for an id nobody knows.
 */
export async function followRun(
  context: WebContext,
  request: Request,
  id: number,
  after: number,
): Promise<Response> {
  await readRunEvents(context.store, id, after, 1);
  return context.streams.open(request, (stream) => follow(context, stream, id, after));
}

async function follow(
  { store, hub }: WebContext,
  stream: EventStream,
  id: number,
  after: number,
): Promise<void> {
  let last = after;
  let wake = () => {};
  let noticed = true;
  const notice = () => {
    noticed = true;
    wake();
  };
  // Subscribed before the first reading, so that no event falls between the two.
  const unsubscribe = hub.subscribe([`run:${id}`], notice);
  stream.signal.addEventListener("abort", notice, { once: true });
  try {
    while (!stream.signal.aborted) {
      if (!noticed) await new Promise<void>((resolve) => (wake = resolve));
      noticed = false;
      const log = await readRunEvents(store, id, last, BATCH);
      for (const event of log.events) {
        stream.send({ id: event.seq, event: event.type, data: JSON.stringify(event) });
        last = event.seq;
      }
      if (last < log.lastSeq) {
        noticed = true;
        await stream.room();
      } else if (hasEnded(log.state)) {
        stream.send({ event: "end", data: JSON.stringify({ state: log.state }) });
        stream.close();
      }
    }
  } finally {
    unsubscribe();
  }
}
