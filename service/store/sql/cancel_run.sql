-- Cancels a run: at once when it has not begun (its job goes with it), else by asking its worker. Returns the state that
-- was met; none for an unknown run. A job that a worker is just taking is locked: it is left to that worker, which finds
-- the run cancelled (waiting for the lock here could deadlock: the worker locks job, then run).
-- $1 run
with target as (
  select run.id, run.state, run.cancel_requested_at, run.job_id, database.name as database
  from schemawatch.run join schemawatch.database on database.id = run.database_id
  where run.id = $1::bigint
  for update of run
), ended as (
  update schemawatch.run
     set state = 'cancelled', cancel_requested_at = clock_timestamp(), finished_at = clock_timestamp(),
         last_seq = run.last_seq + 1,
         summary = case run.attempt when 0 then 'Cancelled before it began.' else 'Cancelled.' end
    from target
   where run.id = target.id and run.state in ('requested', 'queued')
  returning run.id, run.last_seq, run.summary
), asked as (
  update schemawatch.run
     set cancel_requested_at = clock_timestamp(), last_seq = run.last_seq + 1
    from target
   where run.id = target.id and run.state = 'running' and run.cancel_requested_at is null
  returning run.id, run.last_seq
), told as (
  insert into schemawatch.run_event (run_id, seq, type, state, message)
  select id, last_seq, 'run', 'cancelled', summary from ended
  union all
  select id, last_seq, 'run', 'running', 'Cancellation asked for.' from asked
), waiting as (
  select job.id from pgboss.job, target
   where job.name = 'process-schema-change' and job.id = target.job_id and job.state < 'active'
  for update of job skip locked
), removed as (
  delete from pgboss.job using waiting where job.name = 'process-schema-change' and job.id = waiting.id
)
select target.state,
       pg_notify('schemawatch', json_build_object('type', 'run', 'database', target.database, 'run', target.id::text)::text),
       case when target.state = 'running' then
         pg_notify('schemawatch', json_build_object('type', 'cancel', 'database', target.database, 'run', target.id::text)::text)
       end
from target
