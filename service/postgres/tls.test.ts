import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverAccount } from "../embedded/account.ts";
import type { AppError } from "../errors.ts";
import { selfSigned } from "../testing/certificate.ts";
import { testServer } from "../testing/postgres.ts";
import { connect } from "./client.ts";

// Starting a server takes its time on a busy machine.
setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "schemawatch-tls-"));
chmodSync(folder, 0o755);
const cert = join(folder, "server.crt");
const key = join(folder, "server.key");
const made = selfSigned("localhost");
writeFileSync(cert, made.cert);
writeFileSync(key, made.key, { mode: 0o600 });
const account = serverAccount([folder]);
if (account) chownSync(key, account.uid, account.gid);
const server = await testServer({ ssl: "on", ssl_cert_file: cert, ssl_key_file: key });
afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Whether the connection to that host is encrypted, or the code and message of the refusal. */
async function attempt(host: string, query: string): Promise<unknown> {
  const url = server.url().replace("127.0.0.1", host) + query;
  const db = connect({ url, applicationName: "tls test", maxConnections: 1, deadlineMs: 3000 });
  try {
    const [row] = await db.query<{ ssl: boolean }>(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
      [],
    );
    return row?.ssl;
  } catch (error) {
    return (error as AppError).code;
  } finally {
    await db.close();
  }
}

test.each<[string, string, unknown]>([
  ["127.0.0.1", "", false],
  ["127.0.0.1", "?sslmode=prefer", true],
  ["127.0.0.1", "?sslmode=require", true],
  ["localhost", "?sslmode=verify-full", "unavailable"],
  ["localhost", `?sslmode=verify-full&sslrootcert=${cert}`, true],
  ["127.0.0.1", `?sslmode=verify-full&sslrootcert=${cert}`, "unavailable"],
  ["127.0.0.1", `?sslmode=verify-ca&sslrootcert=${cert}`, true],
  ["localhost", "?sslmode=verify-full&sslrootcert=/nowhere", "invalid"],
])("%s%s", async (host, query, expected) => {
  expect(await attempt(host, query)).toBe(expected as boolean);
});

test("a refused certificate says so", async () => {
  const url = `${server.url()}?sslmode=verify-full`;
  const db = connect({ url, applicationName: "tls test", maxConnections: 1, deadlineMs: 3000 });
  const error: AppError = await db.query("select 1").then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error.message).toStartWith("The server's certificate is not accepted: ");
  expect(error.mend).toContain("sslrootcert");
  await db.close();
});

test("large answers, notices and deadlines work under TLS", async () => {
  const url = `${server.url()}?sslmode=require`;
  const db = connect({ url, applicationName: "tls test", maxConnections: 2, deadlineMs: 3000 });
  const [row] = await db.query<{ text: string }>("select repeat('x', $1) as text", [3_000_000]);
  expect(row?.text.length).toBe(3_000_000);
  const heard = new Promise<string>((resolve) => {
    db.listen("word", resolve, () => db.query("select pg_notify('word', 'hello')", [])).catch(() => {});
  });
  expect(await heard).toBe("hello");
  const slow = db.transaction((tx) => tx.query("select pg_sleep(20)", []), { deadlineMs: 200 });
  expect(await slow.then(String, (error: AppError) => error.code)).toBe("timeout");
  await Bun.sleep(100);
  const running =
    "select count(*)::int as count from pg_stat_activity where query like '%pg_sleep(20)' and state = 'active'";
  expect(await db.query(running, [])).toEqual([{ count: 0 }]);
  await db.close();
});
