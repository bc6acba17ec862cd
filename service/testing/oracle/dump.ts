import { runClient } from "../clients.ts";

/** What pg_dump and pg_dumpall print, taken apart: "TYPE schema.name" to its text. Free of order, versions and sessions. */
export type Dump = ReadonlyMap<string, string>;

/** A part of the dump that is not as it was. */
export interface DumpChange {
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

/** Where each entry begins (pg_backup_archiver.c, _printTocEntry). */
const HEAD = /^--\n-- (?:Data for )?Name: (.*); Type: (.*); Schema: (.*); Owner: (.*)\n--\n/gm;

/** Settings that pg_dump changes between entries; they hold for the entries that follow. */
const STATE = /^SET (default_tablespace|default_table_access_method) = (.*);\n/gm;
const STATEFUL = /^(TABLE|INDEX|CONSTRAINT|MATERIALIZED VIEW)$/;

/** `pg_dump --schema-only --create` of a database and, unless left out, `pg_dumpall --globals-only` of its server. */
export async function dumpOf(url: string, { globals = true } = {}): Promise<Dump> {
  const [own, shared] = await Promise.all([
    runClient("pg_dump", ["--schema-only", "--create", "--dbname", url]),
    globals ? runClient("pg_dumpall", ["--globals-only", "--no-role-passwords", "--dbname", url]) : "",
  ]);
  // As a snapshot calls it, whatever its name is.
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  return new Map([
    ...parseDump(own.replace(new RegExp(`\\b${name}\\b`, "g"), "current_database")),
    ...parseGlobals(shared),
  ]);
}

export function parseDump(text: string): Dump {
  const heads = [...text.matchAll(HEAD)];
  const entries = new Map<string, string>();
  const state: Record<string, string> = {};
  note(state, text.slice(0, heads[0]?.index ?? 0));
  heads.forEach((head, nth) => {
    const [line, name = "", type = "", schema = "", owner = ""] = head;
    const body = text.slice(head.index + line.length, heads[nth + 1]?.index);
    const lines = withGrantors(body)
      .replace(STATE, "")
      .replace(/^\\.*\n|^SET .*\n|^--.*\n|^SELECT pg_catalog\.set_config.*\n/gm, "")
      .trim();
    const parts = STATEFUL.test(type)
      ? [JSON.stringify(state), lines]
      : [type === "ACL" ? sortLines(lines) : lines];
    // Default privileges are a role's, and all roles' have one name.
    const title = `${type} ${schema}.${name}${type === "DEFAULT ACL" ? ` ${owner}` : ""}`;
    // One title may stand for two, as of a function's two overloads that differ in a schema only.
    entries.set(title, [entries.get(title), ...parts].filter((part) => part !== undefined).join("\n"));
    note(state, body);
  });
  return entries;
}

/** Every statement is an entry of its own: nothing there is longer than a line, comments excepted. */
export function parseGlobals(text: string): Dump {
  const statements = withGrantors(text)
    .split(";\n")
    .map((statement) => statement.replace(/^(?:--.*|\\.*|SET .*|)\n/gm, "").trim());
  const wanted = statements.filter((statement) =>
    /^(CREATE|ALTER|GRANT|REVOKE|COMMENT|SECURITY)\b/.test(statement),
  );
  return new Map(wanted.map((statement) => [`GLOBAL ${statement}`, statement]));
}

/** What stands between SET and RESET SESSION AUTHORIZATION is said with each statement instead: a dump says so who granted. */
function withGrantors(text: string): string {
  return text.replace(
    /^SET SESSION AUTHORIZATION (.*);\n([\s\S]*?)^RESET SESSION AUTHORIZATION;$/gm,
    (_, grantor: string, statements: string) =>
      statements.replace(/;$/gm, ` GRANTED BY ${grantor};`).trimEnd(),
  );
}

/** What differs, by title. */
export function compareDumps(before: Dump, after: Dump): DumpChange[] {
  const titles = new Set([...before.keys(), ...after.keys()]);
  return [...titles]
    .map((title) => ({ title, before: before.get(title) ?? "", after: after.get(title) ?? "" }))
    .filter((change) => change.before !== change.after);
}

function note(state: Record<string, string>, body: string): void {
  for (const [, name = "", value = ""] of body.matchAll(STATE)) state[name] = value;
}

function sortLines(text: string): string {
  return text.split("\n").sort().join("\n");
}
