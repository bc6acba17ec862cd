import { DETAILS } from "./histories/details.ts";
import { RELATIONS } from "./histories/relations.ts";
import { SERVER } from "./histories/server.ts";
import { TYPES } from "./histories/types.ts";
import type { History } from "./history.ts";

/** For every kind of object what can happen to it, statement by statement. */
export const HISTORIES: readonly History[] = [...RELATIONS, ...TYPES, ...SERVER, ...DETAILS];
