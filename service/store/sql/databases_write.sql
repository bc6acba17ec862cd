-- Brings the table of databases in line with the watch list: $1 is a jsonb array of them.
-- Rows are locked in id order, so that two writers at once cannot lock each other out.
with listed as (
  select *
  from jsonb_to_recordset($1::jsonb) as l (
    name text, labels jsonb, interval_ms integer, exact_every_ms integer, baseline text, sample boolean, connect text
  )
), added as (
  insert into schemawatch.database (name, labels, interval_ms, exact_every_ms, baseline, sample, connect)
  select name, labels, interval_ms, exact_every_ms, baseline, sample, connect
  from listed
  where not exists (select from schemawatch.database d where d.name = listed.name)
  order by name
  on conflict (name) do nothing
  returning name
), differing as (
  select d.id
  from schemawatch.database d
  left join listed l on l.name = d.name
  where case
    when l.name is null then d.watched
    else (true, l.labels, l.interval_ms, l.exact_every_ms, l.baseline, l.sample, l.connect)
      is distinct from (d.watched, d.labels, d.interval_ms, d.exact_every_ms, d.baseline, d.sample, d.connect)
  end
  order by d.id
  for no key update of d
), changed as (
  update schemawatch.database d
  set watched = l.name is not null,
      labels = coalesce(l.labels, d.labels),
      interval_ms = coalesce(l.interval_ms, d.interval_ms),
      exact_every_ms = coalesce(l.exact_every_ms, d.exact_every_ms),
      baseline = case when l.name is null then d.baseline else l.baseline end,
      sample = coalesce(l.sample, d.sample),
      connect = case when l.name is null then d.connect else l.connect end,
      -- What is no longer watched is nobody's.
      lease_holder = case when l.name is null then null else d.lease_holder end,
      lease_until = case when l.name is null then null else d.lease_until end
  from differing
  join schemawatch.database f on f.id = differing.id
  left join listed l on l.name = f.name
  where d.id = differing.id
  returning d.name
), touched as (
  select name from added
  union all
  select name from changed
)
select name, pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) as told
from touched
