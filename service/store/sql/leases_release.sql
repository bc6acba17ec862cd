-- Gives up the leases of a poller ($1), and tells the others.
with mine as (
  select id
  from schemawatch.database
  where lease_holder = $1::uuid
  order by id
  for no key update
), freed as (
  update schemawatch.database d
  set lease_holder = null, lease_until = null
  from mine
  where d.id = mine.id
  returning d.name
)
select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) as told
from freed
