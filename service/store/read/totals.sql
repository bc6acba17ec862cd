-- How the watched databases with $1 in their name and all labels of $2 (null: any) stand; how many of them have the state $3,
-- the status $4 and the last run $5; and their changes in the last 24 hours as [hour 0 oldest to 23, breaking, risky, safe].
with fit as materialized (
  select *
  from schemawatch.standing
  where watched
    and ($1::text is null or position($1 in name) > 0)
    and ($2::jsonb is null or labels @> $2)
),
buckets as (
  select 23 - least(23, floor(date_part('epoch', now() - c.found_at) / 3600))::integer as hour,
         count(*) filter (where c.compatibility = 'breaking') as breaking,
         count(*) filter (where c.compatibility = 'risky') as risky,
         count(*) filter (where c.compatibility = 'safe') as safe
  from schemawatch.change c
  where c.found_at > now() - interval '24 hours'
    -- A choice of all need not be looked up for each change.
    and (($1::text is null and $2::jsonb is null) or c.database_id in (select id from fit))
  group by 1
)
select count(*)::integer as databases,
       (count(*) filter (where ($3::text is null or state = $3) and ($4::text is null or status = $4)
         and ($5::text is null or last_run = $5)))::integer as found,
       (select count(*)::integer from schemawatch.database where watched) as "all",
       jsonb_build_object(
         'watching', count(*) filter (where state = 'watching'),
         'starting', count(*) filter (where state = 'starting'),
         'unreachable', count(*) filter (where state = 'unreachable')) as states,
       jsonb_build_object(
         'synced', count(*) filter (where status = 'synced'),
         'drifted', count(*) filter (where status = 'drifted'),
         'no baseline', count(*) filter (where status = 'no baseline')) as statuses,
       jsonb_build_object(
         'succeeded', count(*) filter (where last_run = 'succeeded'),
         'active', count(*) filter (where last_run = 'active'),
         'failed', count(*) filter (where last_run = 'failed'),
         'cancelled', count(*) filter (where last_run = 'cancelled'),
         'none', count(*) filter (where last_run = 'none')) as runs,
       (select coalesce(jsonb_agg(jsonb_build_array(hour, breaking, risky, safe)), '[]') from buckets) as hours
from fit
