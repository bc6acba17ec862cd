import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { AppError } from "../errors.ts";
import { unreachable } from "./errors.ts";
import { describeTarget, type Target } from "./target.ts";

/** PostgreSQL's SSLRequest: its length and the code 80877103 (protocol documentation, "Message Formats"). */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * A socket to the server, encrypted as the target asks, ready for the startup message. It is made here and not by the
 * driver so that its owner always learns of its end. Rejects with AppError "unavailable"; when `signal` aborts, the
 * half-made socket is destroyed.
 */
export async function dial(target: Target, signal: AbortSignal): Promise<Socket> {
  const socket = target.socketPath
    ? connectTcp({ path: target.socketPath })
    : connectTcp({ host: target.host, port: target.port });
  let current = socket;
  // An error without a listener would end the process; those who must know listen beside this one.
  socket.on("error", () => {});
  const abort = () => current.destroy(new Error("given up"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    await ready(socket, "connect");
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    if (target.tls === "disable" || target.socketPath) return socket;
    if (!(await offersTls(socket))) {
      if (target.tls === "prefer") return socket;
      throw new AppError("unavailable", `The server offers no TLS (${describeTarget(target)}).`, {
        mend: `Set up TLS on the server, or loosen sslmode=${target.tls} in the URL.`,
      });
    }
    const secure = connectTls({ socket, ...tlsOptions(target) });
    current = secure;
    await ready(secure, "secureConnect").catch((error) => {
      throw refused(error, target);
    });
    return secure;
  } catch (error) {
    current.destroy();
    socket.destroy();
    throw error instanceof AppError ? error : unreachable(error, target);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Resolves on the event; rejects when the socket fails or closes first. */
function ready(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" })));
    socket.once(event, () => resolve());
  });
}

async function offersTls(socket: Socket): Promise<boolean> {
  const lost = ready(socket, "data");
  const answer = once(socket, "data");
  socket.write(sslRequest);
  await lost;
  const [data]: Buffer[] = await answer;
  return data?.[0] === "S".charCodeAt(0);
}

function refused(error: unknown, target: Target): AppError {
  const reason = error instanceof Error ? error.message : String(error);
  const where = describeTarget(target);
  return new AppError("unavailable", `The server's certificate is not accepted: ${reason} (${where}).`, {
    mend: "Name the certificate it stands on by sslrootcert in the URL, and the server as the certificate does.",
    cause: error,
  });
}

function tlsOptions({ host, tls, rootCert }: Target): ConnectionOptions {
  const verify = tls === "verify-ca" || tls === "verify-full" || rootCert !== undefined;
  return {
    rejectUnauthorized: verify,
    ...(isIP(host) ? {} : { servername: host }),
    ...(rootCert && rootCert !== "system" ? { ca: readCert(rootCert) } : {}),
    ...(tls === "verify-full" || !verify ? {} : { checkServerIdentity: () => undefined }),
  };
}

function readCert(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AppError("invalid", `The certificate file ${path} cannot be read.`, {
      mend: "Correct sslrootcert in the URL.",
      cause,
    });
  }
}
