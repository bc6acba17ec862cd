import type { AttributeValue } from "../model.ts";

/** What a reviewer could not see or would be misled by: controls, line separators, directional marks, a byte order mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const HIDDEN_ONCE = new RegExp(HIDDEN.source);

/** A JSON string in which hidden characters are escaped too. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(HIDDEN, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Whether a text can stand for itself on a line, and be read back as the same text. */
export function isBare(text: string): boolean {
  return (
    text !== "" &&
    !HIDDEN_ONCE.test(text) &&
    text.trim() === text &&
    !/^["|[\-@#]/.test(text) &&
    !/^(true|false|null)$/.test(text) &&
    !/^[+\d.]/.test(text)
  );
}

/** A value on one line; null when it takes several (formatBlock). */
export function formatScalar(value: AttributeValue): string | null {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : null;
  if (typeof value !== "string") return String(value);
  if (isBare(value)) return value;
  return value.includes("\n") ? null : quoted(value);
}

/** Lines of a text of several lines: `| ` before each; a line with hidden characters or blanks at its end is quoted. */
export function formatBlock(text: string, indent: string): string[] {
  return text.split("\n").map((line) => {
    if (line === "") return `${indent}|`;
    return HIDDEN_ONCE.test(line) || line.trimEnd() !== line ? indent + quoted(line) : `${indent}| ${line}`;
  });
}

/** Reads what formatScalar wrote. Throws SyntaxError for a broken quoted text. */
export function parseScalar(text: string): AttributeValue {
  if (text.startsWith('"')) return parseQuoted(text);
  if (text === "[]") return [];
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "null") return null;
  if (/^-?\d/.test(text)) {
    const number = Number(text);
    if (!Number.isFinite(number))
      throw new SyntaxError(`${text} is no number; a text like this is written in quotes`);
    return number;
  }
  return text;
}

/** Reads a JSON string. Throws SyntaxError. */
export function parseQuoted(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError("the quoted text is broken", { cause: error });
  }
  if (typeof value !== "string") throw new SyntaxError("a text in quotes was expected");
  return value;
}

/** Reads one line of what formatBlock wrote; null when it is none. Throws SyntaxError. */
export function parseBlockLine(line: string): string | null {
  if (line.startsWith('"')) return parseQuoted(line);
  if (line === "|") return "";
  return line.startsWith("| ") ? line.slice(2) : null;
}
