import type { Label } from "../../labels.ts";

/** Some of the databases, by what does not change while they are watched. */
export interface Choice {
  /** Those with this in their name, whatever its case. */
  readonly search?: string | undefined;
  /** Those with all of these labels. */
  readonly labels?: readonly Label[] | undefined;
}

/** What `search` looks for in names, which are lower-case (config/types.ts); null for any. */
export function searchOf({ search = "" }: Choice): string | null {
  const text = search.trim().toLowerCase();
  return text === "" ? null : text;
}

/**
 * What a database's labels must contain, as jsonb has it (`@>`); null for any. Two values for one key are a list, which
 * no label is: no database has both.
 */
export function labelsOf({ labels = [] }: Choice): Readonly<Record<string, string | string[]>> | null {
  if (labels.length === 0) return null;
  const wanted: Record<string, string | string[]> = {};
  for (const [key] of labels) {
    const values = [...new Set(labels.filter(([other]) => other === key).map(([, value]) => value))];
    wanted[key] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return wanted;
}
