import { afterAll, afterEach, expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { selfSigned } from "../testing/certificate.ts";
import { KubernetesClient } from "./client.ts";

/*
 * How requests and answers go over the wire. A stand-in answers, as the API server itself does not when it is told to; the
 * real one is asked in scripts/cluster/scenarios/14-jobs.ts.
 */

const authority = selfSigned("localhost");
let answer: (request: Request) => Response | Promise<Response> = () => Response.json({});
const server = Bun.serve({
  hostname: "localhost",
  port: 0,
  tls: authority,
  fetch: (request) => answer(request),
});
afterAll(() => server.stop(true));
const never = new AbortController();
afterEach(() => {
  answer = () => Response.json({});
});

let token = "first";
const clientOf = (ca: string, url = `https://localhost:${server.port}`) =>
  new KubernetesClient(
    {
      url,
      ca,
      token: async () => token,
      namespace: "ns",
      account: { name: "worker", uid: "1" },
      pod: "worker-1",
    },
    systemClock,
  );
const client = clientOf(authority.cert);
const status = (code: number, message: string) =>
  new Response(JSON.stringify({ kind: "Status", code, message }), {
    status: code,
    headers: { "content-type": "application/json" },
  });

test("a Job is made, read and deleted with its pods, by the token as it is now", async () => {
  const asked: string[] = [];
  answer = (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search} ${request.headers.get("authorization")}`);
    const metadata = { name: "a", uid: "u", creationTimestamp: "2026-11-23T05:00:00Z" };
    return Response.json({ apiVersion: "batch/v1", kind: "Job", metadata, spec: {} });
  };
  expect((await client.createJob("ns", { metadata: { name: "a" } }, never.signal))?.metadata).toMatchObject({
    uid: "u",
    creationTimestamp: new Date("2026-11-23T05:00:00Z"),
  });
  token = "second";
  await client.readJob("ns", "a", never.signal);
  await client.deleteJob("ns", "a", never.signal);
  const path = "/apis/batch/v1/namespaces/ns/jobs";
  expect(asked).toEqual([
    `POST ${path} Bearer first`,
    `GET ${path}/a Bearer second`,
    `DELETE ${path}/a?propagationPolicy=Foreground Bearer second`,
  ]);
});

test("a ConfigMap, pods and events are asked for as the API has them", async () => {
  const asked: string[] = [];
  answer = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(`${request.method} ${pathname} ${[...searchParams].join(" ")}${await request.text()}`);
    return Response.json({ items: [{ metadata: { name: "one" } }] });
  };
  await client.createConfigMap(
    "ns",
    { metadata: { name: "m" }, data: { "change.json": "{}" } },
    never.signal,
  );
  const pods = await client.listPods("ns", "a=b,c=d", never.signal);
  expect(pods.map(({ metadata }) => metadata?.name)).toEqual(["one"]);
  await client.listWarnings("ns", "u", never.signal);
  expect(asked).toEqual([
    'POST /api/v1/namespaces/ns/configmaps {"data":{"change.json":"{}"},"metadata":{"name":"m"}}',
    "GET /api/v1/namespaces/ns/pods labelSelector,a=b,c=d",
    "GET /api/v1/namespaces/ns/events fieldSelector,involvedObject.uid=u,type=Warning",
  ]);
});

test("what is there already, or is not there, is an answer; what is refused says why", async () => {
  answer = () => status(409, "exists");
  expect(await client.createJob("ns", { metadata: { name: "a" } }, never.signal)).toBeNull();
  expect(await client.createConfigMap("ns", { metadata: { name: "a" } }, never.signal)).toBeNull();
  answer = () => status(404, "not found");
  expect(await client.readJob("ns", "a", never.signal)).toBeNull();
  expect(await client.deleteJob("ns", "a", never.signal)).toBeNull();
  expect(await client.readPod("ns", "a", never.signal)).toBeNull();
  const job = { metadata: { name: "a" } };
  for (const [code, kind, told] of [
    [401, "refused", "unauthorized"],
    [403, "wrong", "forbidden"],
    [422, "wrong", "invalid"],
    [429, "away", "unavailable"],
    [500, "away", "unavailable"],
    [503, "away", "unavailable"],
  ] as const) {
    answer = () => status(code, "exceeded quota: jobs");
    const refused = client.createJob("ns", job, never.signal);
    await expect(refused).rejects.toMatchObject({ kind, code: told });
    if (code !== 401)
      await expect(refused).rejects.toThrow(`create the Job a (${code}): exceeded quota: jobs`);
    await expect(client.listPods("ns", "a=b", never.signal)).rejects.toMatchObject({ kind });
  }
});

test("only the cluster's own authority is trusted, and a server that is away is said to be so", async () => {
  const stranger = clientOf(selfSigned("localhost").cert);
  await expect(stranger.readJob("ns", "a", never.signal)).rejects.toMatchObject({
    kind: "away",
    message: expect.stringMatching(/cannot be reached \(.*(CERT|SIGNATURE).*\)/),
  });
  const nobody = clientOf(authority.cert, "https://localhost:9");
  await expect(nobody.readJob("ns", "a", never.signal)).rejects.toMatchObject({ kind: "away" });
  await expect(
    nobody.readLog({ namespace: "ns", pod: "p", container: "c" }, never.signal, () => {}),
  ).rejects.toMatchObject({
    kind: "away",
  });
});

test("a log comes as it is written, until it ends or nobody wants it any more", async () => {
  const parts = Promise.withResolvers<void>();
  let query = "";
  answer = (request) => {
    query = new URL(request.url).search;
    return new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue("one\n");
          await parts.promise;
          controller.enqueue("two\n");
          controller.close();
        },
      }),
    );
  };
  let text = "";
  const first = Promise.withResolvers<void>();
  const log = {
    namespace: "ns",
    pod: "p",
    container: "job",
    follow: true,
    sinceTime: "2026-11-23T05:00:00.000000001Z",
  };
  const reading = client.readLog(log, never.signal, (part) => {
    text += new TextDecoder().decode(part);
    first.resolve();
  });
  await first.promise;
  expect(text).toBe("one\n");
  parts.resolve();
  expect(await reading).toBe(true);
  expect(text).toBe("one\ntwo\n");
  expect(query).toBe("?container=job&follow=true&sinceTime=2026-11-23T05%3A00%3A00.000000001Z");

  answer = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue("one\n") }));
  const enough = new AbortController();
  const left = client.readLog(log, enough.signal, () => enough.abort(new Error("enough")));
  await expect(left).rejects.toThrow("enough");
  answer = () => status(400, 'container "job" is waiting to start: PodInitializing');
  expect(await client.readLog(log, never.signal, () => {})).toBeNull();
});
