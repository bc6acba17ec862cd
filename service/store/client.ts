import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";

/** Deadline of every query on the store. What takes longer there is a fault, not work. */
const DEADLINE_MS = 10_000;
/** A process runs many short queries at once; with several replicas this stays far below a server's usual 100. */
const CONNECTIONS = 10;

/**
 * A host that died without a word must not keep its sessions, and with them its locks and leases, for the two hours that
 * systems wait by default (manual, 19.3.2).
 */
const KEEPALIVE = { tcp_keepalives_idle: "5", tcp_keepalives_interval: "2", tcp_keepalives_count: "3" };

/** A client of Schemawatch's own database. Nothing is connected yet. Throws AppError "invalid" for a wrong URL. */
export function connectStore(url: string): Database {
  return connect({
    url,
    applicationName: "schemawatch store",
    maxConnections: CONNECTIONS,
    deadlineMs: DEADLINE_MS,
    settings: KEEPALIVE,
  });
}
