import { connect } from "../postgres/client.ts";
import type { Database } from "../postgres/types.ts";
import { type Major, usualMajor } from "./majors.ts";
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

/** A server that all tests of this process share, with what was made on it. Do not stop it. */
interface Shared {
  readonly server: TestServer;
  readonly admin: Database;
  readonly templates: Map<Template, Promise<string>>;
  /** Several databases at once from one template would disturb each other, so they go one behind the other. */
  queue: Promise<unknown>;
}

const servers = new Map<Major, Promise<Shared>>();
let count = 0;

/** A fresh database of its own for a test or a file of tests, on the server of that major that all tests of this process share. */
export async function testDatabase(
  options: { readonly template?: Template; readonly major?: Major } = {},
): Promise<TestDatabase> {
  const shared = await sharedServer(options.major ?? usualMajor());
  const template = await templateFor(options.template ?? "empty", shared);
  const name = `test_${++count}`;
  await createDatabase(shared, name, template);
  const url = shared.server.url(name);
  const db = connect({ url, applicationName: "schemawatch test", maxConnections: 10, deadlineMs: 10_000 });
  return {
    name,
    url,
    db,
    drop: async () => {
      await db.close();
      await shared.admin.query(`drop database "${name}" with (force)`);
    },
  };
}

/** Started when first asked for. */
function sharedServer(major: Major): Promise<Shared> {
  const started = servers.get(major) ?? start(major);
  servers.set(major, started);
  return started;
}

async function start(major: Major): Promise<Shared> {
  const server = await testServer({}, { major });
  const admin = connect({
    url: server.url(),
    applicationName: "schemawatch test admin",
    maxConnections: 2,
    deadlineMs: 30_000,
  });
  return { server, admin, templates: new Map(), queue: Promise.resolve() };
}

async function templateFor(template: Template, shared: Shared): Promise<string> {
  if (template === "empty") return "template1";
  const made = shared.templates.get(template) ?? makeTemplate(template, shared);
  shared.templates.set(template, made);
  return made;
}

async function makeTemplate(template: "store" | "sample", shared: Shared): Promise<string> {
  const name = `template_${template}`;
  await createDatabase(shared, name, "template1");
  const db = connect({
    url: shared.server.url(name),
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

async function createDatabase(shared: Shared, name: string, template: string): Promise<void> {
  const made = shared.queue.then(() =>
    shared.admin.query(`create database "${name}" template "${template}"`),
  );
  shared.queue = made.catch(() => {});
  await made;
}
