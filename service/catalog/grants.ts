import { quoteIdentifier } from "./identifier.ts";

/** What an access list belongs to; decides which privileges are there by default. */
export type GrantTarget =
  | "schema"
  | "relation"
  | "sequence"
  | "column"
  | "function"
  | "type"
  | "database"
  | "tablespace"
  | "language"
  | "foreign" // data wrappers and servers
  | "parameter"
  | "large object"
  | "none"; // nobody has anything by default

/** Letters of aclitem, in PostgreSQL's own order (manual, table 5.1). */
const PRIVILEGES: Readonly<Record<string, string>> = {
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
  D: "TRUNCATE",
  x: "REFERENCES",
  t: "TRIGGER",
  m: "MAINTAIN",
  X: "EXECUTE",
  U: "USAGE",
  C: "CREATE",
  T: "TEMPORARY",
  c: "CONNECT",
  s: "SET",
  A: "ALTER SYSTEM",
};

/** What acldefault() gives the owner and PUBLIC. MAINTAIN (PostgreSQL 17) is added where the server has it. */
const DEFAULTS: Readonly<Record<GrantTarget, { owner: string; everyone: string }>> = {
  schema: { owner: "UC", everyone: "" },
  relation: { owner: "rawdDxt", everyone: "" },
  sequence: { owner: "rwU", everyone: "" },
  column: { owner: "", everyone: "" },
  function: { owner: "X", everyone: "X" },
  type: { owner: "U", everyone: "U" },
  database: { owner: "CTc", everyone: "Tc" },
  tablespace: { owner: "C", everyone: "" },
  language: { owner: "U", everyone: "U" },
  foreign: { owner: "U", everyone: "" },
  parameter: { owner: "sA", everyone: "" },
  "large object": { owner: "rw", everyone: "" },
  none: { owner: "", everyone: "" },
};

interface Held {
  readonly privileges: Set<string>;
  readonly grantable: Set<string>;
}

/**
 * An access list as sorted lines, `grantee: SELECT, INSERT (with grant option: INSERT)`, PUBLIC for everyone. What
 * everyone has by default is left out, as pg_dump does; a default that was revoked reads `grantee: no EXECUTE`.
 * Who granted is left out. Null, the catalog's sign for "defaults only", gives an empty list.
 */
export function readGrants(
  acl: readonly string[] | null,
  target: GrantTarget,
  owner: string,
  serverVersionNum: number,
): string[] {
  if (acl === null) return [];
  const maintain = target === "relation" && serverVersionNum >= 170000 ? "m" : "";
  const defaults = DEFAULTS[target];
  const usual = new Map([
    [owner, defaults.owner + maintain],
    ["", defaults.everyone],
  ]);
  return grantLines(acl, usual);
}

/** As `readGrants`, where what everyone has by default is the list `initial`. */
export function readGrantsSince(acl: readonly string[], initial: readonly string[]): string[] {
  const usual = new Map(
    [...heldBy(initial)].map(([grantee, entry]) => [grantee, [...entry.privileges].join("")]),
  );
  return grantLines(acl, usual);
}

/** The lines for what differs from `usual`: letters by grantee. */
function grantLines(acl: readonly string[], usual: ReadonlyMap<string, string>): string[] {
  const byGrantee = heldBy(acl);
  for (const [grantee, letters] of usual)
    if (letters !== "" && !byGrantee.has(grantee))
      byGrantee.set(grantee, { privileges: new Set(), grantable: new Set() });
  const lines: string[] = [];
  for (const [grantee, entry] of byGrantee) {
    const expected = usual.get(grantee) ?? "";
    const name = grantee === "" ? "PUBLIC" : quoteIdentifier(grantee);
    // The owner may grant anyhow; that it was also granted the right to is a part of the list, and of a dump.
    const isExtra = (letter: string) => !expected.includes(letter) || entry.grantable.has(letter);
    const extra = words((letter) => entry.privileges.has(letter) && isExtra(letter));
    const lost = words((letter) => expected.includes(letter) && !entry.privileges.has(letter));
    const option = words((letter) => entry.grantable.has(letter));
    if (extra !== "")
      lines.push(`${name}: ${extra}${option === "" ? "" : ` (with grant option: ${option})`}`);
    if (lost !== "") lines.push(`${name}: no ${lost}`);
  }
  return lines.sort();
}

/** What each grantee of an access list holds. */
function heldBy(acl: readonly string[]): Map<string, Held> {
  const byGrantee = new Map<string, Held>();
  const held = (grantee: string): Held => {
    let entry = byGrantee.get(grantee);
    if (entry === undefined) {
      entry = { privileges: new Set(), grantable: new Set() };
      byGrantee.set(grantee, entry);
    }
    return entry;
  };
  for (const item of acl) collect(item, held);
  return byGrantee;
}

/** Adds one aclitem, `grantee=r*w/grantor`, to what its grantee holds. A name with odd characters is in double quotes. */
function collect(item: string, held: (grantee: string) => Held): void {
  const found = /^("(?:[^"]|"")*"|[^=]*)=([A-Za-z*]*)\//s.exec(item);
  if (found === null) return;
  const [, quoted = "", letters = ""] = found;
  const entry = held(quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted);
  let last = "";
  for (const letter of letters) {
    if (letter === "*") entry.grantable.add(last);
    else entry.privileges.add(letter);
    last = letter;
  }
}

function words(wanted: (letter: string) => boolean): string {
  return Object.entries(PRIVILEGES)
    .filter(([letter]) => wanted(letter))
    .map(([, word]) => word)
    .join(", ");
}
