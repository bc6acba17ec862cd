import { freePort } from "../service/embedded/port.ts";
import { type TestServer, testServer } from "../service/testing/server.ts";
import { BYTES_AT_MOST, imageSize } from "./image/build.ts";
import { type Env, imageConfig, type Runner, runnerFor } from "./image/container.ts";
import { findEngine } from "./image/engine.ts";
import { EXIT } from "./lib/cli.ts";
import { processIo, readArguments, runScript, type Script, type ScriptIo } from "./lib/script.ts";

const HELP = `Usage: make image-test, or bun scripts/image-test.ts [--tag TAG] [--engine NAME] [--json]

Starts the built image in each role, held as a pod at the restricted level is (its own user, a read-only root, no
capabilities), on a throwaway PostgreSQL. Asks its health inside and over HTTP, and sees that SIGTERM ends it in order. Looks
at its size and at what its configuration says, too. Needs docker, podman, or buildah with runc as root.

  --tag TAG      the image (default: schemawatch:dev; make image builds it)
  --engine NAME  docker, podman or buildah
  --json         print [{ check, fault }], fault being null for what is well

Exit status: 0 all is well; 1 something is not; 2 it could not be tested.`;

const ROLES = ["web", "poller", "worker", "all"] as const;

/** A cold start on a busy machine takes seconds. */
const READY_MS = 60_000;
/** The service takes 25 s at most (SHUTDOWN_SECONDS), and then the container ends. */
const STOP_SECONDS = 30;

export interface Check {
  readonly check: string;
  readonly fault: string | null;
}

const OPTIONS = {
  tag: { type: "string", default: "schemawatch:dev" },
  engine: { type: "string" },
  json: { type: "boolean" },
} as const;

const SCRIPT: Script = { name: "image-test", help: HELP, run: main };

if (import.meta.main) process.exit(await runScript(SCRIPT, process.argv.slice(2), processIo()));

async function main(args: readonly string[], io: ScriptIo): Promise<number> {
  const { values } = readArguments(args, OPTIONS, { least: 0, most: 0, names: "no argument" });
  const engine = await findEngine(values.engine);
  const checks: Check[] = [];
  const note = (check: string, fault: string | null) => {
    checks.push({ check, fault });
    if (!values.json) io.print(fault === null ? `${check}: well` : `${check}: ${fault}`);
  };

  const config = await imageConfig(engine, values.tag);
  note("user", /^[1-9]\d*:[1-9]\d*$/.test(config.User) ? null : `it is "${config.User}", not a number but 0`);
  // podman and buildah write the OCI format, which has no place for it.
  if (engine === "docker") {
    note("health command", config.Healthcheck?.Test[0] === "CMD" ? null : "it is missing, or needs a shell");
  }
  const labels = ["title", "source", "licenses", "version", "revision", "created"];
  const missing = labels.filter((label) => !config.Labels?.[`org.opencontainers.image.${label}`]);
  note("labels", missing.length === 0 ? null : `these are missing: ${missing.join(", ")}`);
  const bytes = await imageSize(engine, values.tag);
  note("size", bytes <= BYTES_AT_MOST ? null : `it has ${bytes} bytes; ${BYTES_AT_MOST} are allowed`);

  const server = await testServer();
  const runner = await runnerFor(engine, values.tag);
  try {
    const { status, said } = await runner.command({ DATABASE_URL: server.url() }, ["migrate"]);
    note("migrate", status === 0 ? null : `it ended with ${status}: ${said}`);
    for (const role of ROLES) note(role, await testRole(runner, server, role));
  } finally {
    await runner.close();
    await server.remove();
  }
  if (values.json) io.print(JSON.stringify(checks));
  return checks.every(({ fault }) => fault === null) ? EXIT.ok : EXIT.finding;
}

/** What is wrong with a role; null when it got ready and ended in order. */
async function testRole(runner: Runner, server: TestServer, role: string): Promise<string | null> {
  const port = await freePort();
  const env: Env = { ROLE: role, PORT: String(port), DATABASE_URL: server.url(), WATCH: server.url() };
  const container = await runner.start(`schemawatch-${role}-${port}`, env);
  const deadline = Date.now() + READY_MS;
  let fault: string | null = "it was never asked";
  while (Date.now() < deadline) {
    fault = await container.unhealthy();
    if (fault === null) break;
    if (!(await container.running())) return `it ended by itself:\n${await container.log()}`;
    await Bun.sleep(250);
  }
  if (fault !== null) return `it did not get ready: ${fault}\n${await container.log()}`;
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  if (!answer.ok) return `its health command is content, but /readyz answers ${answer.status}`;
  const status = await container.stop(STOP_SECONDS);
  return status === 0 ? null : `SIGTERM ended it with ${status}:\n${await container.log()}`;
}
