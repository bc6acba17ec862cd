import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import { type TestServer, testServer } from "./server.ts";

export { type TestServer, testServer } from "./server.ts";

/** What a test's database begins with: nothing, the migrated store with its queue, or the sample shop. */
export type Template = "empty" | "store" | "sample";

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** A client of it: 10 connections, a deadline of 10 s. */
  readonly db: Database;
  /** Closes the client and removes the database. */
  drop(): Promise<void>;
}

let server: Promise<TestServer> | undefined;
let admin: Database | undefined;
const templates = new Map<Template, Promise<string>>();
let count = 0;

/** A fresh database of its own for a test or a file of tests, on the server all tests of this process share. */
export async function testDatabase(options: { template?: Template } = {}): Promise<TestDatabase> {
  const shared = await sharedServer();
  const template = await templateFor(options.template ?? "empty", shared);
  const name = `test_${++count}`;
  await createDatabase(name, template);
  const url = shared.url(name);
  const db = connect({ url, applicationName: "schemawatch test", maxConnections: 10, deadlineMs: 10_000 });
  return {
    name,
    url,
    db,
    drop: async () => {
      await db.close();
      await administer(`drop database "${name}" with (force)`);
    },
  };
}

/** The server that all tests of this process share: started when first asked for. Do not stop it. */
async function sharedServer(): Promise<TestServer> {
  server ??= testServer();
  return server;
}

async function templateFor(template: Template, shared: TestServer): Promise<string> {
  if (template === "empty") return "template1";
  const made = templates.get(template) ?? makeTemplate(template, shared);
  templates.set(template, made);
  return made;
}

async function makeTemplate(template: "store" | "sample", shared: TestServer): Promise<string> {
  const name = `template_${template}`;
  await createDatabase(name, "template1");
  const db = connect({
    url: shared.url(name),
    applicationName: "schemawatch test",
    maxConnections: 2,
    deadlineMs: 30_000,
  });
  try {
    // Imported when needed, so that a test of one part does not need the other.
    if (template === "store") {
      const [{ migrate }, { prepareQueue }] = await Promise.all([
        import("../store/migrate.ts"),
        import("../store/queue.ts"),
      ]);
      await migrate(db, { also: [prepareQueue] });
    } else {
      await db.query((await import("../sample/shop.sql", { with: { type: "text" } })).default);
    }
  } finally {
    await db.close();
  }
  return name;
}

/** Several at once from one template would disturb each other, so they go one behind the other. */
let queue: Promise<unknown> = Promise.resolve();

async function createDatabase(name: string, template: string): Promise<void> {
  const made = queue.then(() => administer(`create database "${name}" template "${template}"`));
  queue = made.catch(() => {});
  await made;
}

async function administer(statement: string): Promise<void> {
  const { url } = await sharedServer().then((shared) => ({ url: shared.url() }));
  admin ??= connect({
    url,
    applicationName: "schemawatch test admin",
    maxConnections: 2,
    deadlineMs: 30_000,
  });
  await admin.query(statement);
}
