import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { Elysia } from "elysia";
import { until } from "../testing/until.ts";
import { html } from "./html.ts";
import type { Divided } from "./live.ts";
import { type TestWeb, testWeb } from "./testing.ts";

// The first test of a process starts the server.
setDefaultTimeout(60_000);

let web: TestWeb;
let renderings = 0;
let fail = false;
let divided: Divided = { text: "", parts: [] };
beforeAll(async () => {
  web = await testWeb({
    pages: {
      routes: ({ live, store }) =>
        new Elysia()
          .get("/divided", ({ request }) =>
            live.open(request, {
              key: "divided",
              topics: ["home"],
              everyMs: 10,
              refreshMs: 100,
              render: async () => divided,
            }),
          )
          .get("/live", ({ request, query }) =>
            live.open(request, {
              key: `count ${query.refreshMs}`,
              topics: ["home"],
              everyMs: 10,
              ...(query.refreshMs === undefined ? {} : { refreshMs: Number(query.refreshMs) }),
              render: async () => {
                renderings++;
                if (fail) throw new Error("store lost");
                const [row] = await store.query<{ n: number }>(
                  "select count(*)::integer as n from schemawatch.database",
                );
                return `<p>\n${row?.n}</p>`;
              },
            }),
          ),
      errorPage: () => html``,
      loginPage: () => html``,
    },
  });
});
afterAll(() => web.stop());

/** A reader of the live view: the last whole text it was sent. */
async function read(path = "/live") {
  const abort = new AbortController();
  const response = await web.fetch(path, { signal: abort.signal });
  const view = { texts: [] as string[], ended: false, stop: () => abort.abort() };
  void (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        for (const event of decoder.decode(chunk).split("\n\n"))
          if (event.startsWith("data")) view.texts.push(event);
      }
    } catch {
      // Stopped by the test.
    }
    view.ended = true;
  })();
  return view;
}
const comes = (holds: () => boolean) => until(String(holds), 2000, holds);
const change = () =>
  web.store.db.query(
    `with d as (insert into schemawatch.database (name, interval_ms, exact_every_ms)
       select 'd' || count(*), 1, 1 from schemawatch.database returning name)
     select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) from d`,
  );

test("many readers of one view cost one rendering a change, and a new one sees the present", async () => {
  const readers = [await read(), await read(), await read()];
  await comes(() => readers.every((reader) => reader.texts.length === 1));
  expect(renderings).toBe(1);
  await change();
  await comes(() => readers.every((reader) => reader.texts.at(-1) === "data: <p>\ndata: 1</p>"));
  expect(renderings).toBe(2);
  const late = await read();
  await comes(() => late.texts[0] === "data: <p>\ndata: 1</p>");
  expect(renderings).toBe(2);
  for (const reader of [...readers, late]) reader.stop();
  await comes(() => web.context.hub.size === 0);
});

test("a notice that changes nothing visible is not sent", async () => {
  const reader = await read();
  await comes(() => reader.texts.length === 1);
  const before = renderings;
  await web.store.db.query(`select pg_notify('schemawatch', '{"type":"database","database":"d0"}')`);
  await comes(() => renderings > before);
  await Bun.sleep(20);
  expect(reader.texts).toHaveLength(1);
  reader.stop();
  await comes(() => web.context.hub.size === 0);
});

test("what passes without a notice is seen where a view is refreshed, and only while it is read", async () => {
  const reader = await read("/live?refreshMs=30");
  await comes(() => reader.texts.length === 1);
  await web.store.db.query(
    "insert into schemawatch.database (name, interval_ms, exact_every_ms) values ('quiet', 1, 1)",
  );
  await comes(() => reader.texts.length === 2);
  reader.stop();
  await comes(() => web.context.hub.size === 0);
  const before = renderings;
  await Bun.sleep(100);
  expect(renderings).toBe(before);
});

test("when it cannot be rendered the stream ends, so that the reader comes again", async () => {
  fail = true;
  const reader = await read();
  await comes(() => reader.ended);
  fail = false;
  const again = await read();
  await comes(() => again.texts.length === 1);
  again.stop();
  await comes(() => web.context.hub.size === 0);
});

test("of a divided view only the parts that changed are told, and all of it where its frame did", async () => {
  const show = (title: string, ...parts: [string, string][]) => {
    const all = parts.map(([id, inner]) => ({ id, text: `<p id="${id}">${inner}</p>` }));
    divided = { text: `<h1>${title}</h1>${all.map(({ text }) => text).join("<br>")}`, parts: all };
    return change();
  };
  const ago = (at: string, words: string) => `<time datetime="${at}" data-ago title="x">${words}</time>`;
  await show("one", ["a.1", "A"], ["b", `B ${ago("1", "1 s ago")}`]);
  const reader = await read("/divided");
  await comes(() => reader.texts.length === 1);
  expect(reader.texts[0]).toContain("<h1>one</h1>");
  await show("one", ["a.1", "A2"], ["b", `B ${ago("1", "2 s ago")}`]);
  await comes(() => reader.texts.length === 2);
  expect(reader.texts[1]).toContain('<p id="a.1">A2</p>');
  expect(reader.texts[1]).toContain(`hx-target="[id='a.1']"`);
  expect(reader.texts[1]).not.toContain('id="b"');
  // A time alone waits for the refresh, and is told then; the words of one the reader's own clock writes.
  await show("one", ["a.1", "A2"], ["b", `B ${ago("2", "1 s ago")}`]);
  await comes(() => reader.texts.length === 3);
  expect(reader.texts[2]).toContain('datetime="2"');
  expect(reader.texts[2]).not.toContain("a.1");
  await show("one", ["a.1", "A2"], ["b", `B ${ago("2", "9 s ago")}`]);
  await Bun.sleep(250);
  expect(reader.texts).toHaveLength(3);
  // One that comes now is sent all of it.
  const late = await read("/divided");
  await comes(() => late.texts.length === 1);
  expect(late.texts[0]).toContain("<h1>one</h1>");
  await show("one", ["b", "B"]);
  await comes(() => reader.texts.length === 4 && late.texts.length === 2);
  expect(reader.texts[3]).toContain("<h1>one</h1>");
  for (const one of [reader, late]) one.stop();
  await comes(() => web.context.hub.size === 0);
});
