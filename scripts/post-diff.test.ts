import { afterEach, beforeEach, expect, test } from "bun:test";
import { runScript, type ScriptIo } from "./lib/script.ts";
import { ROOT } from "./lib/tools.ts";
import { postDiff } from "./post-diff.ts";

const PULL = "https://github.com/example/app/pull/7";
let requests: { method: string; path: string; body: string }[] = [];
let comments: { id: number; body: string }[] = [];
let github: ReturnType<typeof Bun.serve>;

beforeEach(() => {
  requests = [];
  comments = [{ id: 1, body: "a word of somebody" }];
  github = Bun.serve({
    port: 0,
    async fetch(request) {
      if (request.headers.get("authorization") !== "Bearer right") return new Response("no", { status: 401 });
      const { pathname } = new URL(request.url);
      if (request.method === "GET") return Response.json(comments);
      requests.push({
        method: request.method,
        path: pathname,
        body: ((await request.json()) as { body: string }).body,
      });
      return Response.json({ id: 2 });
    },
  });
});
afterEach(() => github.stop(true));

/** Runs it against HEAD, from which this checkout differs in little. */
async function post(env: Record<string, string>) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const io: ScriptIo = {
    root: ROOT,
    env: { GITHUB_API_URL: `http://127.0.0.1:${github.port}`, ...env },
    now: () => new Date(),
    sleep: () => Promise.resolve(),
    print: say,
    warn: say,
    readInput: () => Promise.resolve(""),
  };
  return { status: await runScript(postDiff, ["HEAD"], io), said: said.join("\n") };
}

test("a pull request gets a comment, and a later run replaces that one", async () => {
  expect(await post({ CIRCLE_PULL_REQUEST: PULL, GITHUB_TOKEN: "right" })).toMatchObject({ status: 0 });
  expect(requests).toMatchObject([{ method: "POST", path: "/repos/example/app/issues/7/comments" }]);
  comments.push({ id: 2, body: requests[0]?.body ?? "" });
  expect(await post({ CIRCLE_PULL_REQUEST: PULL, GITHUB_TOKEN: "right" })).toMatchObject({ status: 0 });
  expect(requests[1]).toMatchObject({ method: "PATCH", path: "/repos/example/app/issues/comments/2" });
});

test("without a pull request nothing is posted, and that is no fault", async () => {
  expect(await post({})).toMatchObject({ status: 0 });
  expect(requests).toEqual([]);
});

test("a token that is missing or refused is told", async () => {
  expect(await post({ CIRCLE_PULL_REQUEST: PULL })).toMatchObject({
    status: 2,
    said: expect.stringContaining("GITHUB_TOKEN is not set"),
  });
  const refused = await post({ CIRCLE_PULL_REQUEST: PULL, GITHUB_TOKEN: "wrong" });
  expect(refused).toMatchObject({ status: 2, said: expect.stringContaining("GitHub answered 401") });
});
