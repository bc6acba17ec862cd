/**
 * The session of whoever only reads somebody's database: it cannot write, its lock requests give way at once to the DDL that
 * holds a lock or queues behind them, and a search_path that the database's owner chose cannot put other operators or functions in the way of ours
 * (manual, 5.10.6; pg_temp is named last, for it comes first where it is not named).
 */
export const READER_SETTINGS = {
  default_transaction_read_only: "on",
  lock_timeout: "100",
  search_path: "pg_catalog, pg_temp",
} as const;
