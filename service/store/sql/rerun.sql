-- A new run of the same change and look, when the run has ended. `state` is the old run's; none for an unknown run.
-- $1 run, $2 who asked
with earlier as (
  select run.id, run.database_id, run.change_id, run.look, run.state, database.name as database
  from schemawatch.run join schemawatch.database on database.id = run.database_id
  where run.id = $1::bigint
), made as (
  insert into schemawatch.run (database_id, change_id, cause, rerun_of, requested_by, state, look)
  select database_id, change_id, 'rerun', id, $2::text, 'queued', look
  from earlier where state in ('succeeded', 'failed', 'cancelled')
  returning id
)
select earlier.state, earlier.database, made.id as made from earlier left join made on true
