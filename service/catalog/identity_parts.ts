/** The names of an identity, unquoted and without a function's arguments: `public."My table".id` → public, My table, id. */
export function identityParts(identity: string): string[] {
  const parts: string[] = [];
  for (const match of identity.matchAll(/(?:"((?:[^"]|"")*)"|([^."(]+))|(\()/g)) {
    if (match[3]) break;
    parts.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
  }
  return parts;
}
