import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MAX_RESULT_BYTES, readResult } from "../kubernetes/result.ts";
import { until } from "../testing/until.ts";
import { MAIN, run } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "job-result-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** What the sidecar wrote by its end for what `leave` left in the place of the result file. */
async function handedOver(leave: (file: string) => void): Promise<Buffer> {
  const own = join(folder, String(count++));
  mkdirSync(own);
  const file = join(own, "result.json");
  expect((await run(["job-result", "--ready", file])).status).toBe(1);
  const child = Bun.spawn([process.execPath, MAIN, "job-result", file], { stdout: "pipe", stderr: "pipe" });
  await until("it to be ready", 20_000, async () => {
    return (await run(["job-result", "--ready", file])).status === 0;
  });
  leave(file);
  child.kill("SIGTERM");
  const log = Buffer.from(await new Response(child.stdout).arrayBuffer());
  expect(await child.exited).toBe(0);
  return log;
}

test("when Kubernetes ends it, the result is written as it was left, and read by the worker", async () => {
  const result = { rows: 3, text: "für", large: "x".repeat(900_000) };
  const log = await handedOver((file) => writeFileSync(file, JSON.stringify(result, null, 2)));
  expect(readResult(log, "ns/job")).toEqual(result);
}, 60_000);

test("no file, or what is no plain file, is no result; one that is too large is not handed over", async () => {
  expect(readResult(await handedOver(() => {}), "ns/job")).toBeNull();
  expect(readResult(await handedOver((file) => symlinkSync("/etc/passwd", file)), "ns/job")).toBeNull();
  const log = await handedOver((file) => writeFileSync(file, `"${"x".repeat(MAX_RESULT_BYTES)}"`));
  expect(log.byteLength).toBeLessThan(100);
  expect(() => readResult(log, "ns/job")).toThrow(`takes ${MAX_RESULT_BYTES + 2} bytes`);
}, 60_000);

test("wrong use is told", async () => {
  expect((await run(["job-result"])).status).toBe(2);
  expect(await run(["job-result", "/nowhere/result.json"])).toMatchObject({
    status: 2,
    err: expect.stringContaining("/nowhere/.ready cannot be written (ENOENT)"),
  });
});
