import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../embedded/process.ts";
import { testServer } from "./server.ts";
import { until } from "./until.ts";

// Starting a server takes its time on a busy machine.
setDefaultTimeout(60_000);

test("a test process that is killed leaves neither server nor data", async () => {
  const script = `const { testServer } = await import(${JSON.stringify(join(import.meta.dir, "server.ts"))});
    const server = await testServer();
    console.log(server.pid, (await Bun.file("/proc/" + server.pid + "/cmdline").text()).split("\\0")[2]);
    process.kill(process.pid, "SIGKILL");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" });
  const [pid, dataDir] = (await new Response(child.stdout).text()).trim().split(" ");
  expect(dataDir).toBeTruthy();
  const gone = () => !isAlive(Number(pid)) && !existsSync(String(dataDir));
  await until("server and data to go", 5000, gone);
});

test("a server starts again on its port after every way to stop it", async () => {
  const server = await testServer();
  try {
    for (const mode of ["fast", "immediate", "kill"] as const) {
      const { pid } = server;
      await server.stop(mode);
      expect(server.pid).toBe(0);
      expect(isAlive(pid)).toBe(false);
      await server.start();
    }
  } finally {
    await server.remove();
  }
});
