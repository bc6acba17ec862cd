import type { Kind } from "../../catalog/model.ts";
import type { Major } from "../majors.ts";

/** One statement of a history. */
export interface Step {
  readonly sql: string;
  /** The first major that knows it. */
  readonly from: Major;
  /** The last one. */
  readonly to: Major;
  /** Why the diff sees it though pg_dump does not; then it must. */
  readonly more?: string;
}

/**
 * Statements that belong together, run one by one. `@` stands for the history's own word, which is the name of its schema
 * and begins every name that lives in none, so that many histories run beside each other in one database.
 */
export interface History {
  readonly name: string;
  /** The kinds that it is about. */
  readonly kinds: readonly Kind[];
  readonly steps: readonly Step[];
  /** What belongs to this history though its word is not in the name. */
  readonly claims?: RegExp;
}

/** `15+ ` the first major, `-16 ` the last one, `more(why) ` where the diff sees more than pg_dump. */
const STEP = /^(?:(\d\d)\+ )?(?:-(\d\d) )?(?:more\((.*?)\) )?(.+)$/s;

/** A history from text: a statement a line, lines that begin with blanks continue the one above. */
export function history(name: string, kinds: readonly Kind[], text: string, claims?: RegExp): History {
  const steps = text
    .trim()
    .split(/\n(?! )/)
    .filter((line) => line.trim() !== "")
    .map((line): Step => {
      const [, from, to, more, sql = ""] = STEP.exec(line.trim()) ?? [];
      return {
        sql,
        from: Number(from ?? 14) as Major,
        to: Number(to ?? 18) as Major,
        ...(more === undefined ? {} : { more }),
      };
    });
  return { name, kinds, steps, ...(claims === undefined ? {} : { claims }) };
}

/** The statement with the history's word in the place of each @. */
export function spell(sql: string, word: string): string {
  return sql.replaceAll("@", word);
}
