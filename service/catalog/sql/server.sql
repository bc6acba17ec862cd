-- The server and the database; from here on pg_get_* qualifies every name, and no time goes into compiling statements. Catalog OIDs as numbers (2615 pg_namespace, 3079
-- pg_extension, 1259 pg_class, …) are fixed by PostgreSQL's headers. User objects have OIDs from 16384 (FirstNormalObjectId).
select
  set_config('search_path', '', true) as path,
  set_config('jit', 'off', true) as jit,
  current_setting('server_version_num')::int as version,
  (select oid from pg_database where datname = current_database()) as database,
  case
    when has_function_privilege('pg_catalog.pg_control_system()', 'execute')
      then (select system_identifier::text from pg_control_system())
  end as system
