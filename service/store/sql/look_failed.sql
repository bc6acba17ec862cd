-- A look, or a gate reading, of database $1 failed: the state with its reason ($4), the failures in a row ($5), the next
-- try in $6 milliseconds, and the outcome ($7) on the runs that waited for a look ($8); if the caller ($2, $3) still
-- holds the lease.
with held as (
  select id, name
  from schemawatch.database
  where id = $1 and lease_holder = $2::uuid and lease_fence = $3::bigint
  for no key update
), seen as (
  update schemawatch.database d
  set state = 'unreachable',
      -- Who hands over is alive; a turn that met the locked row could not renew it. As long as LEASE_MS.
      lease_until = clock_timestamp() + interval '3 s',
      reason = $4::text,
      failures = $5::integer,
      next_try_at = clock_timestamp() + make_interval(secs => $6::float8 / 1000)
  from held
  where d.id = held.id
), satisfied as (
  update schemawatch.run r
  set look = $7::jsonb
  from held
  where r.database_id = held.id and r.id = any ($8::bigint[]) and r.state = 'requested'
  returning r.id
)
-- A caller that stops in mid-transaction must not keep the lease locked: the server ends it after a lease's length.
select set_config('idle_in_transaction_session_timeout', '3000', true) as patience,
       (select count(*)::integer from held) as held,
       array(select id::text from satisfied order by id) as runs,
       (select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) from held) as told
