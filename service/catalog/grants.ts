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
  readonly grantee: string;
  readonly grantor: string;
  readonly privileges: Set<string>;
  readonly grantable: Set<string>;
}

/** What each grantee holds by each grantor: who granted decides with whose right it goes, and what a dump grants as whom. */
type HeldBy = ReadonlyMap<string, Held>;

/** Letters that everyone has without a GRANT of the user's, by `placeOf`. */
type Usual = ReadonlyMap<string, string>;

const placeOf = (grantee: string, grantor: string): string => `${grantee}\0${grantor}`;

/**
 * An access list as sorted lines, `grantee: SELECT, INSERT (with grant option: INSERT) (granted by grantor)`, PUBLIC for
 * everyone. What everyone has by default is left out, as pg_dump does; a default that was revoked reads `grantee: no
 * EXECUTE`. Who granted is left out where it is `owner`, in whose name superusers grant as well. Null, the catalog's sign
 * for "defaults only", gives an empty list.
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
    [placeOf(owner, owner), defaults.owner + maintain],
    [placeOf("", owner), defaults.everyone],
  ]);
  return grantLines(heldBy(acl), usual, owner);
}

/** As `readGrants`, where what everyone has by default is the list `initial`. */
export function readGrantsSince(acl: readonly string[], initial: readonly string[], owner: string): string[] {
  const now = heldBy(acl);
  const usual = new Map<string, string>();
  for (const [place, { grantee, privileges }] of heldBy(initial)) {
    // A new owner takes over what the old one granted; the initial list stays as it was.
    const at = now.has(place) ? place : placeOf(grantee, owner);
    usual.set(at, (usual.get(at) ?? "") + [...privileges].join(""));
  }
  return grantLines(now, usual, owner);
}

/** The lines for what differs from `usual`. */
function grantLines(held: HeldBy, usual: Usual, owner: string): string[] {
  const lines: string[] = [];
  for (const place of new Set([...held.keys(), ...usual.keys()])) {
    const expected = usual.get(place) ?? "";
    const [grantee = "", grantor = ""] = place.split("\0");
    const entry = held.get(place);
    const name = grantee === "" ? "PUBLIC" : quoteIdentifier(grantee);
    const by = grantor === owner ? "" : ` (granted by ${quoteIdentifier(grantor)})`;
    const has = (letter: string) => entry?.privileges.has(letter) ?? false;
    const mayPassOn = (letter: string) => entry?.grantable.has(letter) ?? false;
    // The owner may grant anyhow; that it was also granted the right to is a part of the list, and of a dump.
    const extra = words((letter) => has(letter) && (!expected.includes(letter) || mayPassOn(letter)));
    const lost = words((letter) => expected.includes(letter) && !has(letter));
    const option = words(mayPassOn);
    if (extra !== "")
      lines.push(`${name}: ${extra}${option === "" ? "" : ` (with grant option: ${option})`}${by}`);
    if (lost !== "") lines.push(`${name}: no ${lost}${by}`);
  }
  return lines.sort();
}

/** One aclitem, `grantee=r*w/grantor`. A name with odd characters is in double quotes. */
const ACL_ITEM = /^("(?:[^"]|"")*"|[^=]*)=([A-Za-z*]*)\/(.*)$/s;

function heldBy(acl: readonly string[]): HeldBy {
  const found = new Map<string, Held>();
  for (const item of acl) {
    const parts = ACL_ITEM.exec(item);
    if (parts === null) continue;
    const [grantee, grantor] = [bare(parts[1] ?? ""), bare(parts[3] ?? "")];
    const place = placeOf(grantee, grantor);
    const entry = found.get(place) ?? { grantee, grantor, privileges: new Set(), grantable: new Set() };
    found.set(place, entry);
    let last = "";
    for (const letter of parts[2] ?? "") {
      if (letter === "*") entry.grantable.add(last);
      else entry.privileges.add(letter);
      last = letter;
    }
  }
  return found;
}

function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function words(wanted: (letter: string) => boolean): string {
  return Object.entries(PRIVILEGES)
    .filter(([letter]) => wanted(letter))
    .map(([, word]) => word)
    .join(", ");
}
