-- Takes a run from its owner, who may not write any more, and lets it wait for the next. pg-boss's fail() puts its job
-- back in the same transaction. A run whose job is gone (somebody emptied the queue) could wait for ever: it fails.
-- $1 run, $2 attempt, $3 why
with released as (
  update schemawatch.run
     set state = case when job.id is null then 'failed' else 'queued' end,
         error = case when job.id is null then 'Its job is gone from the queue.' end,
         finished_at = case when job.id is null then clock_timestamp() end,
         worker_id = null, last_seq = run.last_seq + 1
    from schemawatch.run as self
    left join pgboss.job on job.name = 'process-schema-change' and job.id = self.job_id and job.state = 'active'
   where self.id = run.id and run.id = $1::bigint and run.attempt = $2::integer and run.state = 'running'
  returning run.id, run.state, run.last_seq, run.database_id, run.error
), stopped as (
  update schemawatch.step
     set state = case released.state when 'failed' then 'failed' else 'pending' end
    from released
   where step.run_id = released.id and step.state = 'running'
), told as (
  insert into schemawatch.run_event (run_id, seq, type, state, message)
  select id, last_seq, 'run', state, coalesce(error, $3::text) from released
)
select pg_notify('schemawatch', json_build_object('type', 'run', 'database', database.name, 'run', released.id::text)::text),
       pg_notify('schemawatch_queue', '')
from released join schemawatch.database on database.id = released.database_id
