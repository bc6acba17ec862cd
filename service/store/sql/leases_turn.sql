-- One turn of a poller ($1): renews its leases, takes what is free or expired up to its fair share, and takes over what
-- it lacks of that share from those who hold more. $2 are the databases it knows how to reach, $3 and $4 the ids it
-- watches with the milliseconds since each one's gate was read, $5 the length of a lease in seconds.
-- Rows that someone has locked are skipped: a lease held in a long transaction is renewed by that transaction.
-- Taking over is safe at any moment: it raises the fence, and what the holder of an older fence commits is refused.
with wanted as (
  select id, lease_holder, lease_until > clock_timestamp() as live
  from schemawatch.database
  where watched and name = any ($2::text[])
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
  set lease_until = clock_timestamp() + make_interval(secs => $5::float8),
      last_gate_at = coalesce(clock_timestamp() - make_interval(secs => seen.age / 1000), d.last_gate_at)
  from (
    select id
    from schemawatch.database
    where lease_holder = $1::uuid and watched and name = any ($2::text[])
    order by id
    for no key update skip locked
  ) mine
  left join unnest($3::integer[], $4::float8[]) as seen (id, age) on seen.id = mine.id
  where d.id = mine.id
), free as (
  select id
  from schemawatch.database
  where watched and name = any ($2::text[])
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
  -- A few at a time, so that a poller that comes and goes does not stir up all.
  limit (select greatest(least(least - held - (select count(*) from free), 4), 0) from share)
  for no key update skip locked
), taken as (
  update schemawatch.database d
  set lease_holder = $1::uuid,
      lease_fence = d.lease_fence + 1,
      lease_until = clock_timestamp() + make_interval(secs => $5::float8)
  from (select id from free union all select id from spare) t
  where d.id = t.id
  returning d.id, d.name, d.lease_fence
), held as (
  select id, name, lease_fence from taken
  union all
  select id, name, lease_fence
  from schemawatch.database
  where lease_holder = $1::uuid and watched and name = any ($2::text[])
)
select id, name, lease_fence::text as fence,
       array(select r.id::text from schemawatch.run r where r.database_id = held.id and r.state = 'requested' order by r.id) as requested
from held
