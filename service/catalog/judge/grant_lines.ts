/** What a role has, or lacks of what it would have by default: "sales: SELECT", "PUBLIC: EXECUTE". */
export interface GrantChange {
  readonly won: string[];
  readonly lost: string[];
}

/**
 * Compares the `grants` attribute (catalog/grants.ts): lines "grantee: SELECT, INSERT (with grant option: INSERT)", and
 * "grantee: no EXECUTE" for a default that was revoked.
 */
export function readGrant(before: readonly string[], after: readonly string[]): GrantChange {
  const old = held(before);
  const now = held(after);
  const won = new Set<string>();
  const lost = new Set<string>();
  for (const right of now) if (!old.has(right)) note(right, won, lost);
  for (const right of old) if (!now.has(right)) note(right, lost, won);
  return { won: [...won].sort(), lost: [...lost].sort() };
}

function note(right: string, has: Set<string>, lacks: Set<string>): void {
  const absent = /^(.*): no (.*)$/s.exec(right);
  if (absent) lacks.add(`${absent[1]}: ${absent[2]}`);
  else has.add(right);
}

/** One entry per grantee and privilege. */
function held(lines: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const line of lines) {
    const colon = line.lastIndexOf(
      ": ",
      line.includes(" (with grant option: ") ? line.indexOf(" (with grant option: ") : line.length,
    );
    const grantee = line.slice(0, colon);
    const [, none = "", privileges = "", options = ""] =
      /^(no )?([^(]*?)(?: \(with grant option: (.*)\))?$/s.exec(line.slice(colon + 2)) ?? [];
    for (const privilege of privileges.split(", ")) if (privilege) all.add(`${grantee}: ${none}${privilege}`);
    for (const privilege of options.split(", "))
      if (privilege) all.add(`${grantee}: ${privilege} with grant option`);
  }
  return all;
}
