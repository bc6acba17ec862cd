import { afterEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { systemClock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { until } from "../testing/until.ts";
import { type EventStream, format, Streams, type StreamsOptions } from "./sse.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that streams what `source` sends. */
function serve(source: (stream: EventStream) => Promise<void>, options: Partial<StreamsOptions> = {}) {
  const metrics = createMetrics();
  const streams = new Streams({
    clock: systemClock,
    log: silent,
    metrics,
    mayStay: async () => true,
    ...options,
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => streams.open(request, source),
  });
  streams.attach(server);
  stops.push(() => void server.stop(true));
  return { streams, metrics, server, url: `http://127.0.0.1:${server.port}/`, port: server.port ?? 0 };
}

/** Waits until `holds`, at most eight seconds (Bun looks for idle connections every four). */
const comes = (holds: () => boolean) => until(String(holds), 8000, holds);

/** A reader that asks and then reads nothing. */
function deafReader(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    );
    socket.once("data", () => resolve(socket.pause()));
    socket.on("error", () => {});
    stops.push(() => socket.destroy());
  });
}

test("data cannot forge a field or an event", () => {
  expect(format({ id: 7, event: "a\nb", data: "one\r\nevent: x\rid: 9\n\ntwo" })).toBe(
    "id: 7\nevent: a b\ndata: one\ndata: event: x\ndata: id: 9\ndata: \ndata: two\n\n",
  );
});

test("the headers go out at once, then what is sent, then comments while it is quiet", async () => {
  const { url } = serve(
    async (stream) => {
      await Bun.sleep(20);
      stream.send({ data: "late" });
    },
    { heartbeatMs: 30 },
  );
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split(": still here").length < 3) text += (await reader?.read())?.value;
  expect(text).toMatch(/^: schemawatch\n\ndata: late\n\n(: still here\n\n)+$/);
  await reader?.cancel();
});

test("a reader that goes away is forgotten at once", async () => {
  let ended = 0;
  const { streams, url, metrics } = serve(async (stream) => {
    stream.signal.addEventListener("abort", () => ended++);
  });
  const abort = new AbortController();
  await fetch(url, { signal: abort.signal });
  const other = await fetch(url);
  expect(streams.size).toBe(2);
  abort.abort();
  await comes(() => streams.size === 1);
  await other.body?.cancel();
  await comes(() => streams.size === 0);
  expect(ended).toBe(2);
  expect(await metrics.registry.metrics()).toContain("schemawatch_streams 0");
});

test("a reader that reads too slowly is dropped, and the sender never waits", async () => {
  let longest = 0;
  let reason: string | undefined;
  const { streams, server, port } = serve(async (stream) => {
    while (!stream.signal.aborted) {
      const start = performance.now();
      for (let i = 0; i < 20; i++) stream.send({ data: "x".repeat(4000) });
      longest = Math.max(longest, performance.now() - start);
      await Bun.sleep(1);
    }
    reason = "dropped";
  });
  await deafReader(port);
  await comes(() => reason === "dropped");
  expect(streams.size).toBe(0);
  // Its connection is gone too, not kept until it reads.
  await comes(() => server.pendingRequests === 0);
  expect(longest).toBeLessThan(100);
}, 15_000);

test("one that catches up may take its time, until it reads nothing at all", async () => {
  const sent = { fast: 0, deaf: 0 };
  const catchUp = (who: keyof typeof sent) => async (stream: EventStream) => {
    for (let i = 0; i < 300 && !stream.signal.aborted; i++) {
      for (let j = 0; j < 20; j++) stream.send({ data: "x".repeat(4000) });
      await stream.room();
      sent[who] += stream.signal.aborted ? 0 : 20;
    }
    stream.close();
  };
  const fast = serve(catchUp("fast"));
  const text = await (await fetch(fast.url)).text();
  expect(text.split("\n\n").length - 2).toBe(6000);

  const deaf = serve(catchUp("deaf"), { stallMs: 50 });
  await deafReader(deaf.port);
  await comes(() => deaf.streams.size === 0);
  expect(sent.deaf).toBeLessThan(6000);
});

test("when the server stops every stream ends, and no new one begins", async () => {
  const { streams, url } = serve(async (stream) => stream.send({ data: "a" }));
  const bodies = await Promise.all([1, 2, 3].map(async () => (await fetch(url)).text));
  expect(bodies).toHaveLength(3);
  const response = await fetch(url);
  streams.closeAll();
  expect(await response.text()).toContain("data: a");
  expect(streams.size).toBe(0);
  expect(() => streams.open(new Request(url), async () => {})).toThrow("stopping");
});

test("when the source fails the stream ends, without a word of it", async () => {
  const { streams, url } = serve(async () => {
    throw new Error("store lost");
  });
  expect(await (await fetch(url)).text()).toBe(": schemawatch\n\n");
  expect(streams.size).toBe(0);
});

test("who may not see it any more loses the stream at the next heartbeat", async () => {
  let known = true;
  const { streams, url } = serve(async () => {}, { heartbeatMs: 20, mayStay: async () => known });
  const response = await fetch(url);
  await Bun.sleep(60);
  expect(streams.size).toBe(1);
  known = false;
  expect(await response.text()).toContain("still here");
  expect(streams.size).toBe(0);
});
