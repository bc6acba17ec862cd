-- Databases with what their tile shows. $1: this one only, watched or not (null: the watched ones). Of those which have $2 in
-- their name, all labels of $3, the state $4, the status $5 and the last run $6 (null: any), $10 behind the key ($8, $9): by
-- name, or with $7 first those that need a person.
with fit as (
  select id, state, forsaken, run_id, run_state, name,
         case when not $7::boolean then 0
              when state = 'unreachable' then 1
              when last_run = 'failed' then 2
              when status = 'drifted' or unreadable then 3
              else 4 end as rank
  from schemawatch.standing
  where case when $1::text is null then watched else name = $1 end
    and ($2::text is null or position($2 in name) > 0)
    and ($3::jsonb is null or labels @> $3)
    and ($4::text is null or state = $4)
    and ($5::text is null or status = $5)
    and ($6::text is null or last_run = $6)
),
d as materialized (
  select *
  from fit
  where $9::text is null or (rank, name) > ($8::integer, $9)
  order by rank, name
  limit $10
),
buckets as (
  select c.database_id,
         23 - least(23, floor(date_part('epoch', now() - c.found_at) / 3600))::integer as hour,
         count(*)::integer as changes,
         max(case c.compatibility when 'breaking' then 2 when 'risky' then 1 else 0 end) as worst
  from d
  join schemawatch.change c on c.database_id = d.id
  where c.found_at > now() - interval '24 hours'
  group by 1, 2
),
activity as (
  select database_id, jsonb_agg(jsonb_build_array(hour, changes, worst)) as hours
  from buckets
  group by 1
)
select o.id, d.name, d.rank, o.labels, o.watched, o.sample, o.connect, o.interval_ms, o.exact_every_ms,
       o.state, o.reason, d.forsaken, d.run_id as last_run_id, d.run_state as last_run_state,
       o.next_try_at, o.last_gate_at, o.last_look_at, o.last_look_ms,
       o.baseline, o.baseline_state, o.baseline_reason, o.drift_count,
       s.object_count,
       a.hours,
       to_jsonb(c) - 'found_at' as change, c.found_at as change_found_at
from d
join schemawatch.database o on o.id = d.id
left join schemawatch.snapshot s on s.id = o.snapshot_id
left join activity a on a.database_id = d.id
left join lateral (
  select c.id, c.found_at, c.cause, c.compatibility, c.breaking, c.risky, c.safe, c.summary, c.actions, c.authors, c.transient_count as transients,
         (select max(r.id) from schemawatch.run r where r.change_id = c.id) as run_id
  from schemawatch.change c
  where c.database_id = d.id
  order by c.id desc
  limit 1
) c on true
order by d.rank, d.name
