-- What happened in a run since the last writing, in one statement: events, states of steps, report, impact and end.
-- Only the owner writes (its attempt, while the run is running), and each writing follows the one before it ($8 is what
-- last_seq was, less the one event of a cancellation that cancel_run.sql may add), so that one sent again after a lost
-- connection is not written twice. No row: not written.
-- Ages are milliseconds before now: the store's clock is the only one that tells times.
-- $1 run, $2 attempt, $3 events, $4 steps (one each), $5 report, $6 impact, $7 end, $8 written, $9 database name
with owned as (
  update schemawatch.run
     set last_seq = last_seq + jsonb_array_length($3::jsonb),
         state = coalesce($7::jsonb ->> 'state', state),
         finished_at = case when $7::jsonb is null then finished_at else clock_timestamp() end,
         error = coalesce($7::jsonb ->> 'error', error),
         summary = coalesce($7::jsonb ->> 'summary', $5::jsonb ->> 'summary', summary),
         report_markdown = coalesce($5::jsonb ->> 'markdown', report_markdown),
         report_html = coalesce($5::jsonb ->> 'html', report_html)
   where id = $1::bigint and attempt = $2::integer and state = 'running'
     and last_seq - (cancel_requested_at is not null)::integer = $8::integer
  returning id, last_seq, job_id, change_id, requested_at, cancel_requested_at is not null as cancel
), stepped as (
  insert into schemawatch.step (run_id, position, name, state, attempt, started_at, finished_at, output, error)
  select owned.id, step.position, step.name, step.state, step.attempt,
         clock_timestamp() - step."startedAge" * interval '1 ms', clock_timestamp() - step."finishedAge" * interval '1 ms',
         case when $7::jsonb is null or length(step.output::text) <= 500 then step.output end, step.error
  from owned, jsonb_to_recordset($4::jsonb) as step (
    position integer, name text, state text, attempt integer, "startedAge" float8, "finishedAge" float8, output jsonb,
    error text)
  on conflict (run_id, position) do update
    set name = excluded.name, state = excluded.state, attempt = excluded.attempt, started_at = excluded.started_at,
        finished_at = excluded.finished_at, output = excluded.output, error = excluded.error
    where step.state <> 'succeeded'
), forgotten as (
  -- An ended run is never gone on with: what its steps gave each other is in its report and its change, and need not be kept twice.
  update schemawatch.step
     set output = null
    from owned
   where $7::jsonb is not null and step.run_id = owned.id and length(step.output::text) > 500
     and step.position not in (select (value ->> 'position')::integer from jsonb_array_elements($4::jsonb))
), told as (
  insert into schemawatch.run_event (run_id, seq, at, type, step, state, level, message)
  select owned.id, owned.last_seq - jsonb_array_length($3::jsonb) + event.place,
         clock_timestamp() - (event.value ->> 'age')::float8 * interval '1 ms',
         event.value ->> 'type', event.value ->> 'step', event.value ->> 'state', event.value ->> 'level',
         event.value ->> 'message'
  from owned, jsonb_array_elements($3::jsonb) with ordinality as event (value, place)
), reached as (
  update schemawatch.change set impact = $6::jsonb from owned
   where change.id = owned.change_id and $6::jsonb is not null
), done as (
  delete from pgboss.job using owned
   where job.name = 'process-schema-change' and job.id = owned.job_id and $7::jsonb is not null
)
select cancel,
       extract(epoch from clock_timestamp() - requested_at)::float8 as seconds,
       $7::jsonb is not null and exists (
         select from pgboss.job where job.name = 'process-schema-change' and job.state < 'active') as more,
       pg_notify('schemawatch', json_build_object('type', 'run', 'database', $9::text, 'run', id::text)::text)
from owned
