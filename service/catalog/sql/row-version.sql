-- Which row versions the catalogs of a snapshot hold now. Every DDL makes rows, and every row version has a place (ctid) and
-- a maker (xmin) of its own. Only user objects' rows (OIDs from 16384), by index, so that it costs little on a small database.
select
  count(*) || ':' || coalesce(bit_xor(hashtidextended(place, maker::text::bigint # (number << 40))), 0)
  -- The view of roles has no row versions; what they are set to is in pg_db_role_setting.
  || ':' || (select bit_xor(hashtextextended((to_jsonb(r) - 'rolconfig')::text, 0)) from pg_catalog.pg_roles r) as version
from (
  select 1::bigint as number, ctid as place, xmin as maker from pg_catalog.pg_namespace
  union all select 2, ctid, xmin from pg_catalog.pg_extension
  union all select 3, ctid, xmin from pg_catalog.pg_class where oid >= 16384
  union all select 4, ctid, xmin from pg_catalog.pg_attribute where attrelid >= 16384
  union all select 5, ctid, xmin from pg_catalog.pg_attrdef
  union all select 6, ctid, xmin from pg_catalog.pg_constraint where oid >= 16384
  union all select 7, ctid, xmin from pg_catalog.pg_index where indexrelid >= 16384
  union all select 8, ctid, xmin from pg_catalog.pg_type where oid >= 16384
  union all select 9, ctid, xmin from pg_catalog.pg_enum
  union all select 10, ctid, xmin from pg_catalog.pg_range where rngtypid >= 16384
  union all select 11, ctid, xmin from pg_catalog.pg_proc where oid >= 16384
  union all select 12, ctid, xmin from pg_catalog.pg_aggregate where aggfnoid >= 16384
  union all select 13, ctid, xmin from pg_catalog.pg_trigger
  union all select 14, ctid, xmin from pg_catalog.pg_policy
  union all select 15, ctid, xmin from pg_catalog.pg_rewrite where ev_class >= 16384
  union all select 16, ctid, xmin from pg_catalog.pg_sequence
  union all select 17, ctid, xmin from pg_catalog.pg_inherits
  union all select 18, ctid, xmin from pg_catalog.pg_partitioned_table
  union all select 19, ctid, xmin from pg_catalog.pg_description where objoid >= 16384 or objoid = 2200
  union all select 41, ctid, xmin from pg_catalog.pg_auth_members
  union all select 42, ctid, xmin from pg_catalog.pg_database where datname = pg_catalog.current_database()
  union all select 43, ctid, xmin from pg_catalog.pg_db_role_setting
  union all select 44, ctid, xmin from pg_catalog.pg_tablespace
  union all select 45, ctid, xmin from pg_catalog.pg_shdescription
  union all select 46, ctid, xmin from pg_catalog.pg_cast where oid >= 16384
  union all select 47, ctid, xmin from pg_catalog.pg_operator where oid >= 16384
  union all select 48, ctid, xmin from pg_catalog.pg_opfamily where oid >= 16384
  union all select 49, ctid, xmin from pg_catalog.pg_opclass where oid >= 16384
  union all select 50, ctid, xmin from pg_catalog.pg_amop where oid >= 16384
  union all select 51, ctid, xmin from pg_catalog.pg_amproc where oid >= 16384
  union all select 52, ctid, xmin from pg_catalog.pg_collation where oid >= 16384
  union all select 53, ctid, xmin from pg_catalog.pg_conversion where oid >= 16384
  union all select 54, ctid, xmin from pg_catalog.pg_ts_parser where oid >= 16384
  union all select 55, ctid, xmin from pg_catalog.pg_ts_template where oid >= 16384
  union all select 56, ctid, xmin from pg_catalog.pg_ts_dict where oid >= 16384
  union all select 57, ctid, xmin from pg_catalog.pg_ts_config where oid >= 16384
  union all select 58, ctid, xmin from pg_catalog.pg_ts_config_map where mapcfg >= 16384
) rows
