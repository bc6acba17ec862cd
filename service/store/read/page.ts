import { AppError } from "../../errors.ts";
import type { Page } from "../models.ts";

/** Rows of a page where none are asked for, and the most that may be. */
export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;

export interface PageRequest {
  /** 1 to MAX_LIMIT; DEFAULT_LIMIT when left out. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; the first page when left out. */
  readonly cursor?: string | undefined;
}

/** The limit of a request; AppError "invalid" when it is not 1 to MAX_LIMIT. */
export function limitOf(request: PageRequest): number {
  const limit = request.limit ?? DEFAULT_LIMIT;
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new AppError("invalid", `limit is ${limit}.`, { mend: `Use a whole number from 1 to ${MAX_LIMIT}.` });
}

/** The key a page starts after, null for the first one; AppError "invalid" for a cursor that no page gave out. */
export function afterText(request: PageRequest): string | null {
  if (request.cursor === undefined) return null;
  const text = Buffer.from(request.cursor, "base64url").toString();
  if (text !== "" && cursorOf(text) === request.cursor) return text;
  throw unknownCursor();
}

/** As `afterText`, for lists that are ordered by a number. */
export function afterNumber(request: PageRequest): number | null {
  const text = afterText(request);
  if (text === null) return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw unknownCursor();
}

/** A page of rows that were read with `limit + 1`: the row too many only tells that there is a next page. */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  toItem: (row: R) => T,
  key: (row: R) => string | number,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(toItem), nextCursor: more ? cursorOf(String(key(last))) : null };
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString("base64url");
}

/** What is told of a cursor that no page of the list gave out. */
export function unknownCursor(): AppError {
  return new AppError("invalid", "cursor is not one that a page of this list gave out.", {
    mend: "Use nextCursor of the page before, or leave cursor out.",
  });
}
