import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../service/embedded/port.ts";
import { startEmbedded } from "../../service/embedded/server.ts";
import { connect } from "../../service/postgres/client.ts";
import { startService } from "../../service/testing/service.ts";
import { type Figure, median, type Scenario } from "./figures.ts";

const STARTS = 10;
const BINARY = fileURLToPath(new URL("../../dist/schemawatch", import.meta.url));

/** From nothing to the page: the binary with an external store, and the program on the embedded server. */
export const start: Scenario = {
  name: "start",
  summary: `the first page, ${STARTS} starts each`,
  async run(progress) {
    return [...(await binary(progress)), ...(await embedded(progress))];
  },
};

async function binary(progress: (text: string) => void): Promise<Figure[]> {
  if (!existsSync(BINARY)) throw new Error("dist/schemawatch is missing: run `bun run build` first");
  const folder = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
  const server = await startEmbedded({ dataDir: join(folder, "postgres") });
  try {
    const admin = connect({
      url: server.url("postgres"),
      applicationName: "bench",
      maxConnections: 1,
      deadlineMs: 30_000,
    });
    await admin.query("create database store");
    await admin.close();
    const times: number[] = [];
    for (let i = 0; i <= STARTS; i++) {
      progress(`binary, start ${i + 1}`);
      const port = freePort();
      const begun = performance.now();
      const child = Bun.spawn([BINARY], {
        env: { DATABASE_URL: server.url("store"), PORT: String(port), LOG_LEVEL: "error" },
        stdout: "ignore",
        stderr: "inherit",
      });
      await firstPage(`http://127.0.0.1:${port}/`);
      // The first start migrates the empty store; it is not counted.
      if (i > 0) times.push(performance.now() - begun);
      child.kill("SIGTERM");
      await child.exited;
    }
    return [
      {
        name: "binary to first page, external store, median",
        value: median(times) / 1000,
        unit: "s",
        atMost: 0.3,
        peer: "4.4–7.7 s",
      },
      { name: "binary to first page, worst", value: Math.max(...times) / 1000, unit: "s" },
    ];
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function embedded(progress: (text: string) => void): Promise<Figure[]> {
  const first: number[] = [];
  const later: number[] = [];
  for (let i = 0; i < STARTS / 2; i++) {
    progress(`embedded, round ${i + 1}`);
    const dataDir = await mkdtemp(join(tmpdir(), "schemawatch-bench-"));
    for (const times of [first, later]) {
      const begun = performance.now();
      const service = await startService({ dataDir });
      times.push(performance.now() - begun);
      await service.stop();
    }
    await rm(dataDir, { recursive: true, force: true });
  }
  return [
    {
      name: "first start with the embedded server, median",
      value: median(first) / 1000,
      unit: "s",
      atMost: 5,
    },
    {
      name: "later start with the embedded server, median",
      value: median(later) / 1000,
      unit: "s",
      atMost: 1.5,
    },
  ];
}

/** Resolves when the page answers 200. */
async function firstPage(url: string): Promise<void> {
  for (let tries = 0; tries < 5000; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && (await answer.text()).includes("<main")) return;
    await Bun.sleep(2);
  }
  throw new Error(`no page at ${url}`);
}
