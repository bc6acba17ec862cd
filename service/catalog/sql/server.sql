-- The server and the database; from here on pg_get_* qualifies every name, no time goes into compiling statements, and the
-- look takes no more than its own process of the server.
-- Catalog OIDs as numbers in these files (2615 pg_namespace, 3079 pg_extension, 1259 pg_class, …) are fixed by PostgreSQL's
-- headers; user objects have OIDs from 16384 (FirstNormalObjectId).
select
  pg_catalog.set_config('search_path', '', true) as path,
  pg_catalog.set_config('jit', 'off', true) as jit,
  pg_catalog.set_config('max_parallel_workers_per_gather', '0', true) as workers,
  pg_catalog.current_setting('server_version_num')::int as version,
  -- The oldest transaction that this one does not see the end of, and whose xids these are.
  pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text as horizon,
  pg_catalog.concat_ws(' ', extract(epoch from pg_catalog.pg_postmaster_start_time())::text, pg_catalog.pg_is_in_recovery()) as run,
  (
    select count(*)::int from pg_catalog.pg_class where oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f')
  ) as relations,
  (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()) as database,
  case
    when pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')
      then (select system_identifier::text from pg_catalog.pg_control_system())
  end as system
