-- Where this transaction stands, when the database's statistics were last reset, and whether there is a tap that this role may read.
select
  pg_catalog.pg_current_snapshot()::text as snapshot,
  pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  pg_catalog.current_setting('track_counts') = 'on' as counting,
  (
    select pg_catalog.pg_stat_get_db_stat_reset_time(oid)::text from pg_catalog.pg_database
    where datname = pg_catalog.current_database()
  ) as reset,
  n.oid is not null as there,
  pg_catalog.substring(pg_catalog.obj_description(n.oid, 'pg_namespace'), '^Schemawatch tap, version (\d+)')::integer as version,
  c.oid::text as log,
  coalesce(pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select'), false) as readable
from (select 1) as one
left join pg_catalog.pg_namespace n on n.nspname = 'schemawatch_tap'
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'statement' and c.relkind = 'r'
