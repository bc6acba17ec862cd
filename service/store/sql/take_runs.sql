-- Makes this worker the owner of the runs whose jobs it has just fetched, in the same transaction. The attempt is the
-- fence: it rises with every claim of the job, and who shows an older one may not write any more. A job whose run cannot
-- be taken (cancelled, or gone) goes away.
-- $1 jobs, $2 their retry counts, $3 their runs, $4 worker, $5 step names in order,
-- $6 steps that only some databases have: {step: [database, ...]}
with job as (
  select * from unnest($1::uuid[], $2::integer[], $3::bigint[]) as job (id, retry_count, run_id)
), taken as (
  update schemawatch.run
     set state = 'running', attempt = job.retry_count + 1, worker_id = $4::uuid,
         started_at = coalesce(run.started_at, clock_timestamp()), last_seq = run.last_seq + 1
    from job
   where run.id = job.run_id and run.job_id = job.id and run.state in ('queued', 'running')
     and run.attempt <= job.retry_count
  returning run.*
), told as (
  insert into schemawatch.run_event (run_id, seq, type, state, message)
  select id, last_seq, 'run', 'running', case attempt when 1 then 'Started.' else 'Started again: attempt ' || attempt || '.' end
  from taken
), planned as (
  insert into schemawatch.step (run_id, position, name, state)
  -- Planned once: what the run's steps are does not change with the configuration.
  select taken.id, row_number() over (partition by taken.id order by step.position), step.name, 'pending'
  from taken
  join schemawatch.database on database.id = taken.database_id
  cross join unnest($5::text[]) with ordinality as step (name, position)
  where ($6::jsonb -> step.name is null or $6::jsonb -> step.name ? database.name)
    and not exists (select from schemawatch.step as planned where planned.run_id = taken.id)
  on conflict do nothing
  returning *
), discarded as (
  delete from pgboss.job as queued using job
   where queued.name = 'process-schema-change' and queued.id = job.id
     and not exists (select from taken where taken.job_id = job.id)
)
select taken.id, taken.job_id as "jobId", taken.attempt, taken.cause, taken.change_id as "changeId",
       taken.requested_by as "requestedBy", taken.look,
       taken.last_seq - (taken.cancel_requested_at is not null)::integer as written,
       taken.cancel_requested_at is not null as cancel,
       database.name as database,
       (select coalesce(jsonb_agg(jsonb_build_object('position', step.position, 'name', step.name, 'state', step.state,
                                                     'attempt', step.attempt, 'output', step.output,
                                                     'error', step.error) order by step.position), '[]')
          -- What this statement inserts is not in the table for it.
          from (select * from schemawatch.step where step.run_id = taken.id
                union all select * from planned where planned.run_id = taken.id) as step) as steps,
       pg_notify('schemawatch', json_build_object('type', 'run', 'database', database.name, 'run', taken.id::text)::text)
from taken join schemawatch.database on database.id = taken.database_id
