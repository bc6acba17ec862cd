-- How the tap stands, from catalogs that every role may read. No row: there is none.
select
  n.oid::text as schema,
  substring(obj_description(n.oid, 'pg_namespace') from '^Schemawatch tap, version (\d+)')::integer as version,
  (select count(*)::integer from pg_event_trigger where evtname in ('schemawatch_tap_drop', 'schemawatch_tap_end') and evtenabled = 'A') as triggers,
  c.oid::text as log,
  coalesce(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'), false) as readable,
  (select count(*)::integer from pg_proc where pronamespace = n.oid and proname in ('heard', 'masked', 'note')) as functions,
  (select rolsuper from pg_roles where rolname = current_user) as superuser,
  current_setting('max_prepared_transactions') <> '0' as silent
from pg_namespace n
left join pg_class c on c.relnamespace = n.oid and c.relname = 'statement'
where n.nspname = 'schemawatch_tap'
