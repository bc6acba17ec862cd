import { expect, test } from "bun:test";
import { probe } from "./probe.ts";

test("a probe keeps its rate, and counts every answer that is not a success", async () => {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      asked += 1;
      return asked % 10 === 0 ? new Response("no", { status: 503 }) : new Response("yes");
    },
  });
  const running = probe(server.url.href, 50);
  await Bun.sleep(1_000);
  const { requests, failures } = await running.stop();
  await server.stop(true);
  expect(requests).toBe(asked);
  expect(requests).toBeGreaterThan(35);
  expect(requests).toBeLessThan(60);
  expect(failures).toHaveLength(Math.floor(asked / 10));
  expect(failures[0]?.what).toBe("503");
});

test("a server that is not there fails every request", async () => {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("yes") });
  const url = server.url.href;
  await server.stop(true);
  const running = probe(url, 20);
  await Bun.sleep(300);
  const { requests, failures } = await running.stop();
  expect(requests).toBeGreaterThan(0);
  expect(failures).toHaveLength(requests);
});
