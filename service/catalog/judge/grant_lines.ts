/** What a role has, or lacks of what it would have by default: "sales: SELECT", "PUBLIC: EXECUTE". */
export interface GrantChange {
  readonly won: string[];
  readonly lost: string[];
}

/**
 * Compares the `grants` attribute (catalog/grants.ts): lines "grantee: SELECT, INSERT (with grant option: INSERT)
 * (granted by grantor)", and "grantee: no EXECUTE" for a default that was revoked. Who granted makes no difference here.
 */
export function readGrant(before: readonly string[], after: readonly string[]): GrantChange {
  const [old, now] = [parse(before), parse(after)];
  // What is absent on one side is there by default on the other, unless it is absent there too.
  const usual = new Set([...old.absent, ...now.absent]);
  for (const { held, absent } of [old, now])
    for (const right of usual) if (!absent.has(right)) held.add(right);
  return {
    won: [...now.held].filter((right) => !old.held.has(right)).sort(),
    lost: [...old.held].filter((right) => !now.held.has(right)).sort(),
  };
}

/** Behind a line, where it was not the owner who granted. */
const GRANTED_BY = / \(granted by (?:"(?:[^"]|"")+"|[^\s"()]+)\)$/;

/** `grantee: privilege`, whoever granted it, and likewise each default that was revoked. */
interface Rights {
  readonly held: Set<string>;
  readonly absent: Set<string>;
}

function parse(lines: readonly string[]): Rights {
  const [held, absent] = [new Set<string>(), new Set<string>()];
  for (const whole of lines) {
    const line = whole.replace(GRANTED_BY, "");
    const colon = line.lastIndexOf(
      ": ",
      line.includes(" (with grant option: ") ? line.indexOf(" (with grant option: ") : line.length,
    );
    const grantee = line.slice(0, colon);
    const [, none, privileges = "", options = ""] =
      /^(no )?([^(]*?)(?: \(with grant option: (.*)\))?$/s.exec(line.slice(colon + 2)) ?? [];
    const told = none === undefined ? held : absent;
    for (const privilege of privileges.split(", ")) if (privilege) told.add(`${grantee}: ${privilege}`);
    for (const privilege of options.split(", "))
      if (privilege) held.add(`${grantee}: ${privilege} with grant option`);
  }
  return { held, absent };
}
