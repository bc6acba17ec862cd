import type { Config } from "./config/types.ts";

/** A structured logger: a message that never varies and fields that do. pino satisfies it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export type LogOptions = Pick<Config, "logFormat" | "logLevel">;
