-- Removes the rows of workers that have been gone for a while.
-- $1 a worker that leaves now
delete from schemawatch.worker
where id = $1::uuid or (started_at < now() - interval '1 hour' and not exists (
  select from pg_locks
  where pg_locks.objid = worker.lock_key::oid and pg_locks.locktype = 'advisory' and pg_locks.classid = 1398229842
    and pg_locks.objsubid = 2 and pg_locks.granted
    and pg_locks.database = (select oid from pg_database where datname = current_database())))
