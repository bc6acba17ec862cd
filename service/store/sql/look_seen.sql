-- What an exact look of database $1 found, if the caller ($2, $3) still holds its lease: the watch state, and the
-- outcome on the runs that waited for it ($11). A change ($10) goes to the first of them, or to a run of its own.
-- `held` is 0 when the lease is someone else's; nothing was written then.
with held as (
  select id, name
  from schemawatch.database
  where id = $1 and lease_holder = $2::uuid and lease_fence = $3::bigint
  for no key update
), seen as (
  update schemawatch.database d
  set state = 'watching',
      -- Who hands over is alive; a turn that met the locked row could not renew it. As long as LEASE_MS.
      lease_until = clock_timestamp() + interval '3 s',
      reason = null,
      failures = 0,
      next_try_at = null,
      last_gate_at = clock_timestamp(),
      last_look_at = clock_timestamp(),
      last_look_ms = $4::float8,
      last_look_cause = $5::text,
      gate = $6::jsonb,
      row_version = $7::text,
      tap = $12::jsonb,
      counting = $13::boolean,
      standby = $14::boolean,
      notice = coalesce($15::text, d.notice),
      notice_at = case when $15::text is null then d.notice_at else clock_timestamp() end,
      snapshot_id = coalesce($9::bigint, d.snapshot_id),
      last_change_id = coalesce($10::bigint, d.last_change_id)
  from held
  where d.id = held.id
), satisfied as (
  update schemawatch.run r
  set look = $8::jsonb,
      change_id = case when r.id = (
        select min(id) from schemawatch.run where id = any ($11::bigint[]) and state = 'requested'
      ) then $10::bigint end
  from held
  where r.database_id = held.id and r.id = any ($11::bigint[]) and r.state = 'requested'
  returning r.id
), own as (
  insert into schemawatch.run (database_id, change_id, cause, state, look)
  select held.id, $10::bigint, 'change', 'requested', $8::jsonb
  from held
  where $10::bigint is not null and not exists (select from satisfied)
  returning id
)
-- A caller that stops in mid-transaction must not keep the lease locked: the server ends it after a lease's length.
select set_config('idle_in_transaction_session_timeout', '3000', true) as patience,
       (select count(*)::integer from held) as held,
       array(select id::text from (select id from satisfied union all select id from own) run order by id) as runs,
       (select pg_notify('schemawatch', json_build_object('type', 'database', 'database', name)::text) from held) as told
