-- One turn of a poller ($1): renews its leases, takes what is free or expired up to its fair share, and takes over what
-- it lacks of that share from those who hold more. $2 are the databases it knows how to reach, $3 the ids it watches
-- with the milliseconds since each one's gate was read, $4 the length of a lease in seconds.
-- Rows that someone has locked are skipped: a lease held in a long transaction is renewed by that transaction.
-- Taking over is safe at any moment: it raises the fence, and what the holder of an older fence commits is refused.
-- Names are joined and milliseconds looked up: of 1,000 databases one by one would be a million comparisons.
with wanted as materialized (
  select id, lease_holder, coalesce(lease_until > clock_timestamp(), false) as live
  from schemawatch.database
  where watched and name in (select unnest($2::text[]))
), others as (
  select lease_holder, count(*) as held
  from wanted
  where live and lease_holder is distinct from $1::uuid
  group by lease_holder
), share as (
  select count(*) filter (where lease_holder = $1::uuid) as held,
         ceil(count(*) / (1.0 + (select count(*) from others)))::integer as most,
         floor(count(*) / (1.0 + (select count(*) from others)))::integer as least
  from wanted
), renewed as (
  update schemawatch.database d
  set lease_until = clock_timestamp() + make_interval(secs => $4::float8),
      last_gate_at = coalesce(clock_timestamp() - make_interval(secs => ($3::jsonb ->> d.id::text)::float8 / 1000), d.last_gate_at)
  from (
    select id
    from schemawatch.database
    where lease_holder = $1::uuid and watched and id in (select id from wanted)
    order by id
    for no key update skip locked
  ) mine
  where d.id = mine.id
), free as (
  select id
  from schemawatch.database
  where watched and id in (select id from wanted where not live)
    and lease_holder is distinct from $1::uuid
    and (lease_holder is null or lease_until is null or lease_until <= clock_timestamp())
  order by id
  limit (select greatest(most - held, 0) from share)
  for no key update skip locked
), spare as (
  select id
  from schemawatch.database
  where id in (
    select id
    from (
      select id, row_number() over (partition by lease_holder order by id) as nth
      from wanted
      where live and lease_holder is distinct from $1::uuid
    ) ranked
    where nth > (select least from share)
  )
  order by id
  -- Half of it at a time, so that a poller that comes and goes does not stir up all.
  limit (select greatest(least(lack, greatest(4, ceil(lack / 2.0))), 0) from (select least - held - (select count(*) from free) as lack from share) few)
  for no key update skip locked
), taken as (
  update schemawatch.database d
  set lease_holder = $1::uuid,
      lease_fence = d.lease_fence + 1,
      lease_until = clock_timestamp() + make_interval(secs => $4::float8)
  from (select id from free union all select id from spare) t
  where d.id = t.id
  returning d.id, d.name, d.lease_fence
), held as (
  select id, name, lease_fence from taken
  union all
  select id, name, lease_fence
  from schemawatch.database
  where lease_holder = $1::uuid and watched and id in (select id from wanted)
), requested as materialized (
  select database_id, array_agg(id::text order by id) as runs
  from schemawatch.run
  where state = 'requested'
  group by database_id
)
select id, name, lease_fence::text as fence, coalesce(runs, '{}') as requested
from held
left join requested on database_id = id
