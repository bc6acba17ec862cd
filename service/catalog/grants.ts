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
  | "tablespace";

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
  const maintain = target === "relation" && serverVersionNum >= 170000 ? "m" : "";
  const defaults = DEFAULTS[target];
  const usual = new Map([
    [owner, defaults.owner + maintain],
    ["", defaults.everyone],
  ]);
  for (const [grantee, letters] of usual) if (letters !== "") held(grantee);
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
