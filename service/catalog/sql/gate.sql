-- Rows ever inserted, updated and deleted in each catalog that holds schema, shared ones included. The sum of three numbers
-- that only grow moves when one of them does. OIDs are fixed by PostgreSQL's headers; a catalog that a server lacks counts 0.
-- Of large objects only updates count, which are their grants and owners: to make and remove them is data.
-- Left out: statistics, large objects' contents, sequences' values, states of replication, and pg_shdepend, which every database's DDL moves.
select
  (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()) as database,
  case
    when pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute')
      then (select system_identifier::text from pg_catalog.pg_control_system())
  end as system,
  extract(epoch from pg_catalog.pg_postmaster_start_time())::text as started,
  pg_catalog.pg_is_in_recovery() as recovery,
  pg_catalog.string_agg(
    catalog || ' '
    || pg_catalog.pg_stat_get_tuples_inserted(oid) + pg_catalog.pg_stat_get_tuples_updated(oid) + pg_catalog.pg_stat_get_tuples_deleted(oid),
    ','
  ) || ',pg_largeobject_metadata ' || pg_catalog.pg_stat_get_tuples_updated(2995) as counters
from (
  values
    ('pg_aggregate', 2600::oid), ('pg_am', 2601), ('pg_amop', 2602), ('pg_amproc', 2603), ('pg_attrdef', 2604),
    ('pg_attribute', 1249), ('pg_auth_members', 1261), ('pg_authid', 1260), ('pg_cast', 2605), ('pg_class', 1259),
    ('pg_collation', 3456), ('pg_constraint', 2606), ('pg_conversion', 2607), ('pg_database', 1262),
    ('pg_db_role_setting', 2964), ('pg_default_acl', 826), ('pg_depend', 2608), ('pg_description', 2609),
    ('pg_enum', 3501), ('pg_event_trigger', 3466), ('pg_extension', 3079), ('pg_foreign_data_wrapper', 2328),
    ('pg_foreign_server', 1417), ('pg_foreign_table', 3118), ('pg_index', 2610), ('pg_inherits', 2611),
    ('pg_init_privs', 3394), ('pg_language', 2612), ('pg_namespace', 2615), ('pg_opclass', 2616), ('pg_operator', 2617),
    ('pg_opfamily', 2753), ('pg_parameter_acl', 6243), ('pg_partitioned_table', 3350), ('pg_policy', 3256),
    ('pg_proc', 1255), ('pg_publication', 6104), ('pg_publication_namespace', 6237), ('pg_publication_rel', 6106),
    ('pg_range', 3541), ('pg_rewrite', 2618), ('pg_seclabel', 3596), ('pg_sequence', 2224), ('pg_shdescription', 2396),
    ('pg_shseclabel', 3592), ('pg_statistic_ext', 3381), ('pg_subscription', 6100), ('pg_tablespace', 1213),
    ('pg_transform', 3576), ('pg_trigger', 2620), ('pg_ts_config', 3602), ('pg_ts_config_map', 3603),
    ('pg_ts_dict', 3600), ('pg_ts_parser', 3601), ('pg_ts_template', 3764), ('pg_type', 1247), ('pg_user_mapping', 1418)
) as watched (catalog, oid)
