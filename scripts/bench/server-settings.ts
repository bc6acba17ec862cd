/** What a server of a company has, as far as it fits a small machine: nothing here is faster than it would be there. */
export const COMPANY_SERVER = {
  shared_buffers: "512MB",
  max_wal_size: "4GB",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  autovacuum: "on",
  jit: "on",
} as const;
