const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds that a text like 500ms, 1s, 1.5s, 5m or 1h names; null when it is none. */
export function parseDuration(text: string): number | null {
  const [, count, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  return count === undefined ? null : Math.round(Number(count) * (UNITS[unit] ?? Number.NaN));
}
