import { readEnvironment } from "../config/env.ts";
import { AppError } from "../errors.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit.ts";
import { readFlags } from "./flags.ts";
import type { CommandIo } from "./io.ts";

/** Container probes give up after a second or a few. */
const TIMEOUT_MS = 2000;

export const healthcheck: Command = {
  name: "healthcheck",
  summary: "ask a running service whether it is ready (for container probes)",
  help: `Usage: schemawatch healthcheck [--url URL]

Asks a running service whether it is ready and says what is not. Gives up after ${TIMEOUT_MS / 1000} s.

  --url URL   what is asked (default: http://HOST:PORT/readyz as the environment names them; /healthz asks only whether
              the process lives)

Exit status: 0 ready, 1 not ready or not reached, 2 wrong use.`,
  run: async (args, io) => {
    const { values } = readFlags("healthcheck", args, { url: { type: "string" } });
    const url = target(values.url ?? ownAddress(io));
    const fault = await ask(url);
    if (fault === null) return EXIT.same;
    io.warn(`schemawatch: ${url} ${fault}`);
    return EXIT.different;
  },
};

function ownAddress(io: CommandIo): string {
  const { HOST = "127.0.0.1", PORT = "8080" } = readEnvironment(io.env);
  // A service that listens on every address is reached on loopback.
  const host = ["0.0.0.0", "::", "[::]"].includes(HOST) ? "127.0.0.1" : HOST;
  return `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${PORT}/readyz`;
}

function target(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError("invalid", `"${text}" is no http:// URL.`, {
      mend: "Write it as http://127.0.0.1:8080/readyz.",
    });
  }
  return url;
}

/** What is wrong; null when nothing is. */
async function ask(url: URL): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "manual" });
    const body = (await answer.text()).trim();
    return answer.ok ? null : `answers ${answer.status}${body ? `: ${body}` : ""}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `does not answer (${code ?? message})`;
  }
}
