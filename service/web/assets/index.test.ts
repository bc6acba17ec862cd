import { expect, test } from "bun:test";
import { asset, encodingOf, serveAsset } from "./index.ts";

async function get(address: string, headers: Record<string, string> = {}): Promise<Response> {
  const [, , hash = "", name = ""] = address.split("/");
  const answer = await serveAsset(new Request(`http://localhost${address}`, { headers }), hash, name);
  if (answer === null) throw new Error(`no asset at ${address}`);
  return answer;
}

test("an asset is kept for ever under its own hash, and never under another", async () => {
  const address = asset("app.css");
  expect((await get(address)).headers.get("cache-control")).toContain("immutable");
  expect((await get("/assets/0123456789ab/app.css")).headers.get("cache-control")).toBe("no-cache");
  expect(await serveAsset(new Request("http://localhost/"), "", "../index.ts")).toBeNull();
});

test("each encoding gives the same content", async () => {
  const address = asset("app.js");
  const plain = await (await get(address)).text();
  expect(plain).toContain("htmx");
  const gzip = await get(address, { "accept-encoding": "gzip" });
  expect(gzip.headers.get("content-encoding")).toBe("gzip");
  expect(new TextDecoder().decode(Bun.gunzipSync(await gzip.arrayBuffer()))).toBe(plain);
  const br = await get(address, { "accept-encoding": "gzip, br" });
  expect(br.headers.get("content-encoding")).toBe("br");
  expect((await br.arrayBuffer()).byteLength).toBeLessThan(25_000);
});

test("who has an asset already is not sent it again", async () => {
  const etag = (await get(asset("app.css"))).headers.get("etag") ?? "";
  const again = await get(asset("app.css"), { "if-none-match": etag });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
});

test("an encoding of weight 0 is not taken", () => {
  expect(encodingOf("br;q=0, gzip")).toBe("gzip");
  expect(encodingOf("gzip;q=0.0")).toBe("identity");
  expect(encodingOf("")).toBe("identity");
});
