import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ledgerFolder, livingProcess, markChildren, note, processFile, startTime, sweep } from "./ledger.ts";

const scratch = mkdtempSync(join(tmpdir(), "schemawatch-ledger-"));
const before = process.env.SCHEMAWATCH_CLUSTER;
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  if (before === undefined) delete process.env.SCHEMAWATCH_CLUSTER;
  else process.env.SCHEMAWATCH_CLUSTER = before;
});
const folderOf = (name: string) => join(scratch, name);
const sleeper = () => Bun.spawn(["sleep", "60"], { env: { ...process.env } });

test("what a killed harness left running outside of the namespaces is ended, and nothing else", async () => {
  const other = sleeper();
  markChildren(folderOf("strays"));
  const left = sleeper();
  await sweep(folderOf("strays"), Bun.sleep);
  await left.exited;
  expect(left.signalCode).toBe("SIGKILL");
  expect(other.exitCode).toBeNull();
  expect(existsSync(ledgerFolder(folderOf("strays")))).toBe(false);
  other.kill();
});

test("the process that keeps the namespaces is ended with the number it has, not one that took the number over", async () => {
  const child = sleeper();
  const file = processFile(folderOf("keeper"));
  writeFileSync(file, `${child.pid} 1`);
  expect(livingProcess(folderOf("keeper"))).toBeUndefined();
  await sweep(folderOf("keeper"), Bun.sleep);
  expect(child.exitCode).toBeNull();

  writeFileSync(processFile(folderOf("keeper")), `${child.pid} ${startTime(child.pid)}`);
  expect(livingProcess(folderOf("keeper"))).toBe(child.pid);
  await sweep(folderOf("keeper"), Bun.sleep);
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
});

test("kernel settings get their values back", async () => {
  const setting = folderOf("setting");
  writeFileSync(setting, "10");
  note(folderOf("settings"), "settings", { [setting]: "1" });
  await sweep(folderOf("settings"), Bun.sleep);
  expect(readFileSync(setting, "utf8")).toBe("1");
});

test("a folder without a ledger is left alone", async () => {
  await sweep(folderOf("nothing"), Bun.sleep);
  expect(existsSync(folderOf("nothing"))).toBe(false);
});
