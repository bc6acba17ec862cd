-- Registers a worker and takes its lock, which the session holds until it ends: the row is never seen without it.
-- 1398229842 is the class of workers' locks (0x53574b52).
-- $1 worker
with registered as (
  insert into schemawatch.worker (id) values ($1::uuid)
  on conflict (id) do update set started_at = now()
  returning lock_key
)
select pg_advisory_lock(1398229842, lock_key) from registered
