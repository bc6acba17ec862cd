import { afterEach, expect, test } from "bun:test";
import { systemClock } from "../clock.ts";
import { DagsterClient } from "./client.ts";
import type { Document } from "./document.ts";
import { DagsterFault } from "./fault.ts";
import { readOn } from "./runs.ts";

/*
 * What no Dagster does when asked to: answers that are late, too large, or not its own. The rest is in
 * worker/dagster.test.ts, against a real one.
 */

const servers: { stop(closeAll: boolean): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

function answering(answer: (request: Request) => Response | Promise<Response>, clock = systemClock) {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  servers.push(server);
  return new DagsterClient({ url: `http://127.0.0.1:${server.port}`, token: "s3cret" }, clock);
}

const anything: Document<object, { readonly version: string }> = { text: "{ version }" };
const { signal } = new AbortController();

async function faultOf(asked: Promise<unknown>): Promise<DagsterFault> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (error instanceof DagsterFault) return error;
  throw new Error(`no fault of Dagster: ${error}`);
}

test("data comes back as it is", async () => {
  const client = answering(() => Response.json({ data: { version: "1.13.27" } }));
  expect(await client.ask(anything, {}, signal)).toEqual({ version: "1.13.27" });
});

test.each<[string, () => Response, Partial<DagsterFault>, RegExp]>([
  [
    "401",
    () => new Response("", { status: 401 }),
    { kind: "refused", code: "unauthorized" },
    /answered 401\.$/,
  ],
  [
    "a log-in page",
    () => Response.redirect("http://127.0.0.1:9/login"),
    { kind: "refused", code: "unauthorized" },
    /as for a log-in/,
  ],
  [
    "404",
    () => new Response("", { status: 404 }),
    { kind: "refused", code: "not_found" },
    /There is no Dagster at/,
  ],
  [
    "a page",
    () => new Response("<html>hello"),
    { kind: "refused", code: "not_found" },
    /There is no Dagster at/,
  ],
  ["503", () => new Response("", { status: 503 }), { kind: "away", code: "unavailable" }, /answered 503\.$/],
  [
    "500 to a document it does not know",
    () =>
      Response.json({ errors: [{ message: "Cannot query field 'x' on type 'Query'." }] }, { status: 500 }),
    { kind: "wrong", code: "invalid" },
    /does not know what was asked: Cannot query field/,
  ],
  [
    "errors of its own",
    () => Response.json({ data: null, errors: [{ message: "(psycopg2.OperationalError) no" }] }),
    { kind: "away", code: "unavailable" },
    /failed: \(psycopg2/,
  ],
  [
    "too much",
    () => new Response("x".repeat(9 * 1024 * 1024)),
    { kind: "wrong", code: "too_large" },
    /larger than 8 MiB/,
  ],
])("%s", async (_, answer, { kind, code }, message) => {
  const fault = await faultOf(answering(answer).ask(anything, {}, signal));
  expect({ kind: fault.kind, code: fault.code }).toEqual({ kind, code } as Required<typeof fault>);
  expect(fault.message).toMatch(message);
  expect(`${fault.message} ${fault.mend}`).not.toContain("s3cret");
});

test("an answer that does not come is given up, and so is one that nobody waits for", async () => {
  const never = () => new Promise<Response>(() => {});
  const hurried = {
    ...systemClock,
    sleep: (ms: number, stop?: AbortSignal) => systemClock.sleep(ms / 300, stop),
  };
  const fault = await faultOf(answering(never, hurried).ask(anything, {}, signal));
  expect(fault).toMatchObject({ kind: "away", code: "timeout" });
  expect(fault.message).toMatch(/did not answer within 30 s\.$/);

  const stop = new AbortController();
  const asked = answering(never).ask(anything, {}, stop.signal);
  stop.abort(new Error("cancelled"));
  await expect(asked).rejects.toThrow("cancelled");
});

test("a page of events that is too large is asked for in smaller parts", async () => {
  const limits: number[] = [];
  const client = answering(async (request) => {
    const { variables } = (await request.json()) as { variables: { limit: number } };
    limits.push(variables.limit);
    const events = Array.from({ length: variables.limit }, () => ({ message: "x".repeat(1024 * 1024) }));
    return Response.json({
      data: {
        runOrError: { __typename: "Run", status: "STARTED" },
        logsForRun: { __typename: "EventConnection", cursor: "c", hasMore: true, events },
      },
    });
  });
  expect((await readOn(client, "r", null, signal))?.events).toHaveLength(2);
  expect(limits).toEqual([200, 20, 2]);
});
