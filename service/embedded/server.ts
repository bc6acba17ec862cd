import { existsSync, rmSync, writeFileSync } from "node:fs";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { initCluster, superuser } from "./cluster.ts";
import { mendable } from "./faults.ts";
import { choosePort, type Home, type Memory, newPassword, openHome, recall, remember } from "./home.ts";
import { launch, type Postmaster, readPostmaster, stopPostmaster } from "./postmaster.ts";
import { isMarkAlive, processMark, readText } from "./process.ts";

export interface EmbeddedOptions {
  /** The folder that holds everything of this server; made if needed, kept between starts. */
  readonly dataDir: string;
  /** A port to insist on; else the one used before, if it is free. */
  readonly port?: number;
  readonly log?: Logger;
  /** Gives the start up. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedServer {
  /** The URL of a database on it, as its superuser, with the password: throwaway and on loopback only. */
  url(database: string): string;
  readonly port: number;
  readonly pid: number;
  /** Stops the server, unless another live process started it. */
  stop(): Promise<void>;
}

/** A recovery after a crash replays at most max_wal_size. */
const startMs = 60_000;
const stopMs = 5000;

/** Small in memory, safe on disk: the store lives here. */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  max_wal_size: "512MB",
  // No helper processes that a small database does not need.
  io_method: "sync",
  max_parallel_workers_per_gather: "0",
  jit: "off",
  log_checkpoints: "off",
};

/**
 * Starts the PostgreSQL of that folder, or attaches to the one that runs there (left behind by a killed process, which
 * we then answer for, or started by another live process, which we leave running). Throws AppError with the mend.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const begin = performance.now();
  const home = await mendable(options.dataDir, () => openHome(options.dataDir));
  const { memory, postmaster, how } = await mendable(home.cluster, () => run(home, options));
  // Who started it and still lives answers for it; otherwise we do.
  const owned = how !== "attached" || !isMarkAlive(readText(home.ownerFile));
  if (owned) await mendable(home.cluster, async () => answerFor(home.ownerFile));
  const ms = Math.round(performance.now() - begin);
  options.log?.info({ port: postmaster.port, dataDir: options.dataDir, ms }, `embedded PostgreSQL ${how}`);
  return {
    url: (database) => {
      const place = `127.0.0.1:${postmaster.port}/${encodeURIComponent(database)}`;
      return `postgres://${superuser}:${memory.password}@${place}`;
    },
    port: postmaster.port,
    pid: postmaster.pid,
    stop: async () => {
      if (owned) await stopPostmaster(postmaster.pid, "fast", stopMs);
    },
  };
}

interface Running {
  readonly memory: Memory;
  readonly postmaster: Postmaster;
  readonly how: "started" | "attached" | "created";
}

async function run(home: Home, options: EmbeddedOptions): Promise<Running> {
  const remembered = recall(home);
  const there = readPostmaster(home.cluster);
  if (there && remembered) {
    const postmaster = await untilReady(home);
    if (postmaster !== null) return { memory: remembered, postmaster, how: "attached" };
  }
  // It appears only when it is whole.
  const isNew = !existsSync(home.cluster);
  if (!isNew && !remembered) {
    throw new AppError("conflict", `${home.memoryFile}, with the server's password, is missing.`, {
      mend: "Put it back, or move its folder away to begin anew.",
    });
  }
  const memory: Memory = {
    password: (isNew ? undefined : remembered?.password) ?? newPassword(),
    port: await choosePort(options.port, remembered?.port),
  };
  // Remembered first: a cluster without its password would be lost.
  remember(home, memory);
  if (isNew) await initCluster(home.binaries, home.account, home.cluster, memory.password);
  const postmaster = await launch({
    binaries: home.binaries,
    account: home.account,
    dataDir: home.cluster,
    logFile: home.logFile,
    port: memory.port,
    settings,
    deadlineMs: startMs,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return { memory, postmaster, how: isNew ? "created" : "started" };
}

/** Made anew, as the one that another user left could not be written. */
function answerFor(ownerFile: string): void {
  rmSync(ownerFile, { force: true });
  writeFileSync(ownerFile, processMark(process.pid));
}

/**
 * A server found running may be one that is just starting, after a crash or for another process. Null for one that was
 * just stopping, for a service that ended a moment ago: it is gone by then.
 */
async function untilReady(home: Home): Promise<Postmaster | null> {
  const end = performance.now() + startMs;
  for (;;) {
    const postmaster = readPostmaster(home.cluster);
    if (postmaster?.ready) return postmaster;
    if (!postmaster) return null;
    if (performance.now() > end) {
      throw new AppError(
        "unavailable",
        `The PostgreSQL that runs in ${home.cluster} does not become ready.`,
        {
          mend: `Start again; ${home.logFile} has what it says.`,
        },
      );
    }
    await Bun.sleep(10);
  }
}
