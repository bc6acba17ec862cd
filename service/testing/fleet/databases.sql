-- $1 databases with labels and a state each, their first snapshots among the changes' ones.
with made as (
  select i,
         (array['payments', 'orders', 'search', 'billing', 'catalog', 'identity', 'shipping', 'reporting', 'fraud',
                'support', 'growth', 'platform'])[1 + i % 12] as team,
         (array['prod', 'prod', 'prod', 'staging', 'staging', 'staging', 'dev', 'dev', 'dev', 'dev'])[1 + pg_temp.pick(i, 1, 10)] as environment,
         pg_temp.pick(i, 2, 3) + 1 as tier,
         pg_temp.pick(i, 3, 100) as state,
         pg_temp.pick(i, 4, 100) as standing
  from generate_series(1, $1::integer) i
)
insert into schemawatch.database (
  id, name, labels, interval_ms, exact_every_ms, baseline, lease_holder, lease_fence, lease_until,
  state, reason, failures, next_try_at, last_gate_at, last_look_at, last_look_ms, last_look_cause,
  baseline_state, baseline_reason, drift, drift_count, tap, counting, standby)
overriding system value
select i, format('%s-%s-%s', team, environment, lpad(i::text, 4, '0')),
       jsonb_build_object('team', team, 'environment', environment, 'tier', tier::text),
       5000, 300000, case when standing < 68 then team || '.schema' end,
       'f1ee7000-0000-4000-8000-000000000000', 1, now() + interval '1 day',
       case when state < 2 then 'unreachable' when state = 2 then 'starting' else 'watching' end,
       case when state < 2 then format('PostgreSQL cannot be reached: nothing listens there (watcher@10.0.%s.%s:5432/%s). Check that the server runs.', tier, i % 250, team) end,
       case when state < 2 then 4 else 0 end,
       case when state < 2 then now() + interval '40 seconds' end,
       case when state = 2 then null else now() - make_interval(secs => pg_temp.pick(i, 5, 50) / 10.0) end,
       case when state = 2 then null else now() - make_interval(secs => pg_temp.pick(i, 6, 300)) end,
       case when state = 2 then null else 20 + pg_temp.pick(i, 7, 900) / 10.0 end,
       'gate',
       case when standing < 55 then 'synced' when standing < 67 then 'drifted' when standing = 67 then 'unreadable' else 'none' end,
       case when standing = 67 then format('%s.schema is not there', team) end,
       case when standing between 55 and 66 then jsonb_build_array(jsonb_build_object(
         'kind', 'column', 'identity', 'public.orders.note', 'action', 'added', 'attributes', '{}'::jsonb,
         'compatibility', 'safe', 'lock', 'ACCESS EXCLUSIVE', 'lockOn', 'public.orders', 'rewrite', false, 'scan', false,
         'why', 'Nothing that exists changes.', 'safer', null, 'rules', jsonb_build_array('column-added'))) else '[]' end,
       case when standing between 55 and 66 then 1 else 0 end,
       '{"state": "none", "version": null, "listening": false, "reason": null}', true, false
from made
