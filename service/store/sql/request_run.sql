-- Asks for an exact look and the run that follows it. One row when the database is known, none when not; `made` is null
-- when the database is not watched or the key was used before, then `earlier` is that run's id (null when its
-- transaction is not visible yet).
-- $1 database name, $2 idempotency key, $3 who asked
with target as (
  select id, name, watched from schemawatch.database where name = $1::text
), made as (
  insert into schemawatch.run (database_id, cause, state, idempotency_key, requested_by, last_seq)
  select id, 'request', 'requested', $2::text, $3::text, 1 from target where watched
  on conflict (database_id, idempotency_key) where idempotency_key is not null do nothing
  returning id
), told as (
  insert into schemawatch.run_event (run_id, seq, type, state, message)
  select id, 1, 'run', 'requested', 'Requested' || coalesce(' by ' || $3::text, '') || '; an exact look comes first.'
  from made
)
select target.watched,
       made.id as made,
       (select run.id from schemawatch.run where run.database_id = target.id and run.idempotency_key = $2::text) as earlier,
       case when made.id is not null then
         pg_notify('schemawatch', json_build_object('type', 'look', 'database', target.name, 'run', made.id::text)::text)
       end,
       case when made.id is not null then
         pg_notify('schemawatch', json_build_object('type', 'run', 'database', target.name, 'run', made.id::text)::text)
       end
from target left join made on true
