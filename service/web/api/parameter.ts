import { AppError } from "../../errors.ts";
import { LABEL_LIMITS, type Label, parseLabel } from "../../labels.ts";

/** A parameter of an API operation: how it is described, and how its text is read. */
export interface Parameter<T = unknown> {
  readonly in: "path" | "query" | "header";
  readonly name: string;
  readonly description: string;
  /** Of the query: whether it may be given several times; its schema is of one of them. */
  readonly repeated?: boolean;
  /** JSON Schema, for the document. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The value of the text; AppError "invalid" naming the parameter when it is none. */
  read(text: string): T;
}

type Where = Pick<Parameter, "in" | "name" | "description">;

/** A whole number from `least` to `most`. */
export function integer(where: Where, least: number, most: number, fallback?: number): Parameter<number> {
  return {
    ...where,
    schema: {
      type: "integer",
      minimum: least,
      maximum: most,
      ...(fallback === undefined ? {} : { default: fallback }),
    },
    read(text) {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value;
      throw invalid(where, text, `Use a whole number from ${least} to ${most}.`);
    },
  };
}

/** One of the words. */
export function oneOf<T extends string>(where: Where, words: readonly T[]): Parameter<T> {
  return {
    ...where,
    schema: { type: "string", enum: words },
    read(text) {
      const found = words.find((word) => word === text);
      if (found !== undefined) return found;
      throw invalid(where, text, `Use one of ${words.join(", ")}.`);
    },
  };
}

/** Printable ASCII, at most `most` characters. */
export function printable(where: Where, most: number): Parameter<string> {
  return {
    ...where,
    schema: { type: "string", minLength: 1, maxLength: most },
    read(text) {
      if (text.length <= most && /^[\x20-\x7e]+$/.test(text)) return text;
      throw invalid(where, text, `Use 1 to ${most} printable ASCII characters.`);
    },
  };
}

/** Labels such as `team:payments`, each in a parameter of its own. */
export function labels(where: Where): Parameter<Label> {
  return {
    ...where,
    repeated: true,
    schema: { type: "string", minLength: 3, maxLength: LABEL_LIMITS.key + 1 + LABEL_LIMITS.value },
    read(text) {
      const label = parseLabel(text);
      if (label !== null) return label;
      throw invalid(where, text, "Write the key, a colon and the value: team:payments.");
    },
  };
}

function invalid({ name }: Where, text: string, mend: string): AppError {
  return new AppError("invalid", `${name} is "${text.slice(0, 100)}".`, { mend });
}
