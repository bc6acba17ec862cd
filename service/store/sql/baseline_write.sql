-- How database $1 stands to its baseline, if the caller ($2, $3) still holds the lease.
with held as (
  select id, name
  from schemawatch.database
  where id = $1 and lease_holder = $2::uuid and lease_fence = $3::bigint
  for no key update
), written as (
  update schemawatch.database d
  set baseline_state = $4::text,
      baseline_reason = $5::text,
      baseline_hash = $6::text,
      drift = $7::jsonb,
      drift_count = $8::integer
  from held
  where d.id = held.id
)
select (select count(*)::integer from held) as held,
       (select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) from held) as told
