-- A new snapshot of database $1, if the caller ($2, $3) still holds its lease; the row stays locked until the
-- transaction ends, so nobody can take the lease meanwhile. No row: the lease is someone else's.
-- NO KEY: rows that refer to the database (requests, runs) may come in meanwhile.
with held as (
  select id
  from schemawatch.database
  where id = $1 and lease_holder = $2::uuid and lease_fence = $3::bigint
  for no key update
)
insert into schemawatch.snapshot
  (database_id, format, server_version_num, origin, fingerprint, object_count, unreadable)
select id, $4::integer, $5::integer, $6::text, $7::text, $8::integer, $9::jsonb
from held
-- A caller that stops in mid-transaction must not keep the lease locked: the server ends it after a lease's length.
returning id::text, set_config('idle_in_transaction_session_timeout', '3000', true) as patience
