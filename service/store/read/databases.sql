-- Databases with what their tile shows, by name. $1: this one only, watched or not (null: the watched ones);
-- $2: after this name; $3: how many.
with d as materialized (
  select *
  from schemawatch.database
  where case when $1::text is null then watched and ($2::text is null or name > $2) else name = $1 end
  order by name
  limit $3
),
buckets as (
  select c.database_id,
         23 - least(23, floor(extract(epoch from now() - c.found_at) / 3600))::integer as hour,
         count(*)::integer as changes,
         max(case c.compatibility when 'breaking' then 2 when 'risky' then 1 else 0 end) as worst
  from schemawatch.change c
  where c.found_at > now() - interval '24 hours'
    and c.database_id = any (array(select id from d))
  group by 1, 2
),
activity as (
  select database_id, jsonb_agg(jsonb_build_array(hour, changes, worst)) as hours
  from buckets
  group by 1
)
select d.id, d.name, d.labels, d.watched, d.sample, d.connect, d.interval_ms, d.exact_every_ms,
       d.state, d.reason,
       -- A free lease is taken within 5 s; one that stays free means that no poller is there for it.
       d.state = 'watching' and (d.lease_until is null or d.lease_until < now())
         and d.last_gate_at < now() - interval '10 seconds' as forsaken,
       d.next_try_at, d.last_gate_at, d.last_look_at, d.last_look_ms,
       d.baseline, d.baseline_state, d.baseline_reason, d.drift_count,
       s.object_count,
       a.hours,
       to_jsonb(c) - 'found_at' as change, c.found_at as change_found_at
from d
left join schemawatch.snapshot s on s.id = d.snapshot_id
left join activity a on a.database_id = d.id
left join lateral (
  select c.id, c.found_at, c.cause, c.compatibility, c.breaking, c.risky, c.safe, c.summary, c.authors, c.transient_count as transients,
         (select max(r.id) from schemawatch.run r where r.change_id = c.id) as run_id
  from schemawatch.change c
  where c.database_id = d.id
  order by c.id desc
  limit 1
) c on true
order by d.name
