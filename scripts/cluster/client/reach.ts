import { AppError } from "../../../service/errors.ts";
import type { ClusterFacts } from "../types.ts";
import { type Pod, tryKubectl } from "./kubectl.ts";

/*
 * Whether a connection from inside a pod comes about, by what each image has to try one with. "refused" is every way of not
 * coming about: network policies answer by silence or by a refusal, as their agent likes.
 */

export type Reach = "reached" | "refused";

/** From a pod of the service, whose image has its own program only: its `healthcheck` tries for 2 s. */
export async function reachFromService(cluster: ClusterFacts, pod: Pod, target: string): Promise<Reach> {
  const { metadata, spec } = pod;
  const program = ["/usr/local/bin/schemawatch", "healthcheck", "--url", `http://${target}/`];
  const { status, stderr } = await exec(cluster, pod, spec.containers[0]?.name ?? "", program);
  if (status === 0 || /answers \d+/.test(stderr)) return "reached";
  const reason = /does not answer \((.*)\)/.exec(stderr)?.[1];
  if (reason === undefined) throw new AppError("invalid", `healthcheck in ${metadata.name} said: ${stderr}`);
  // A server that speaks no HTTP ends the connection or answers something else: it was reached.
  return NOT_REACHED.test(reason) ? "refused" : "reached";
}

/** What fetch says when no connection came about. */
const NOT_REACHED =
  /ConnectionRefused|ECONNREFUSED|Timeout|timed out|FailedToOpenSocket|EHOSTUNREACH|ENETUNREACH/i;

/** From the PostgreSQL pod, to a PostgreSQL server. */
export async function reachFromPostgres(cluster: ClusterFacts, pod: Pod, host: string): Promise<Reach> {
  const { status, stdout, stderr } = await exec(cluster, pod, "postgres", [
    "pg_isready",
    "--timeout=2",
    `--host=${host}`,
  ]);
  // https://www.postgresql.org/docs/current/app-pg-isready.html: 0 and 1 are a server's answers, 2 is none.
  if (status === 0 || status === 1) return "reached";
  if (status === 2) return "refused";
  throw new AppError("invalid", `pg_isready in ${pod.metadata.name} said: ${stdout}${stderr}`);
}

/** From a pod of the busybox image. */
export async function reachFromBusybox(
  cluster: ClusterFacts,
  namespace: string,
  name: string,
  address: string,
  port: number,
): Promise<Reach> {
  // nc ends with 1 when no connection came about; one that stays open is ended by `timeout`, with another status.
  const script = `timeout 4 nc -w 2 ${address} ${port} </dev/null >/dev/null 2>&1; test $? -ne 1 && echo reached || echo refused`;
  const { stdout, stderr } = await tryKubectl(cluster, [
    "exec",
    name,
    `--namespace=${namespace}`,
    "--",
    "sh",
    "-c",
    script,
  ]);
  const said = stdout.trim();
  if (said === "reached" || said === "refused") return said;
  throw new AppError("invalid", `nc in ${name} said: ${said} ${stderr.trim()}`);
}

function exec(cluster: ClusterFacts, { metadata }: Pod, container: string, command: readonly string[]) {
  const where = [metadata.name, `--namespace=${metadata.namespace}`, `--container=${container}`];
  return tryKubectl(cluster, ["exec", ...where, "--", ...command]);
}
