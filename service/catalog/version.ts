/**
 * A statement as one server understands it: lines that end in `-- from 18` or `-- before 18` are kept only where the
 * server's major version says so. Lines that end in `-- scoped` are kept only where some objects are asked for instead of
 * all of them. Cached, since the same few statements are asked for with every look.
 */
export function forServer(text: string, serverVersionNum: number, scoped = false): string {
  const major = Math.floor(serverVersionNum / 10000);
  const key = `${major} ${scoped}`;
  let known = cache.get(key);
  if (known === undefined) {
    known = new Map();
    cache.set(key, known);
  }
  let made = known.get(text);
  if (made === undefined) {
    made = text
      .split("\n")
      .filter((line) => {
        if (/-- scoped$/.test(line)) return scoped;
        const marker = /-- (from|before) (\d+)$/.exec(line);
        return marker === null || (marker[1] === "from") === major >= Number(marker[2]);
      })
      .join("\n");
    known.set(text, made);
  }
  return made;
}

const cache = new Map<string, Map<string, string>>();
