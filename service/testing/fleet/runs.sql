-- An ended run for every change, with its steps and its log.
with run as (
  insert into schemawatch.run (
    id, database_id, change_id, cause, state, look, requested_at, queued_at, started_at, finished_at, attempt, last_seq,
    summary, report_markdown, report_html, error)
  overriding system value
  select id, database_id, id, 'change',
         case when pg_temp.pick(id, 20, 100) < 2 then 'failed' when pg_temp.pick(id, 20, 100) = 2 then 'cancelled' else 'succeeded' end,
         jsonb_build_object('outcome', 'changed', 'at', to_char(found_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'ms', 24.5, 'objects', 300, 'reason', null),
         found_at, found_at, found_at + interval '8 ms', found_at + interval '48 ms', 1, 7,
         format('%s %s: %s.', breaking + risky + safe, compatibility, summary),
         format(E'# Change %s\n\n%s\n\nNothing depends on it.\n', id, summary),
         format('<h2>Change %s</h2><p>%s</p><p>Nothing depends on it.</p>', id, summary),
         case when pg_temp.pick(id, 20, 100) < 2 then 'The webhook did not answer in time.' end
  from schemawatch.change
  returning id, state, started_at
), step as (
  insert into schemawatch.step (run_id, position, name, state, attempt, started_at, finished_at)
  select id, position, (array['load', 'judge', 'impact', 'report', 'notify'])[position],
         case when position = 5 and state <> 'succeeded' then state else 'succeeded' end, 1,
         started_at + make_interval(secs => 0.008 * (position - 1)), started_at + make_interval(secs => 0.008 * position)
  from run, generate_series(1, 5) position
)
insert into schemawatch.run_event (run_id, seq, at, type, step, state, level, message)
select id, seq, started_at + make_interval(secs => 0.0055 * seq),
       case when seq in (1, 7) then 'run' else 'log' end,
       case when seq between 2 and 6 then (array['load', 'judge', 'impact', 'report', 'notify'])[seq - 1] end,
       case when seq = 1 then 'queued' when seq = 7 then state end,
       case when seq between 2 and 6 then 'info' end,
       case when seq = 1 then 'Queued.' when seq = 7 then format('The run %s.', state) else 'Done with it in 8 ms.' end
from run, generate_series(1, 7) seq
