-- Which row versions the catalogs of a snapshot hold now. Every DDL makes rows, and every row version has a place (ctid) and
-- a maker (xmin) of its own.
-- A maker is told by its distance from the first normal one, in a third of the time that its text takes; those of initdb's rows have the
-- greatest age and count as none. Only user objects' rows (OIDs from 16384), by index, so that it costs little on a small database.
select
  count(*) || ':' || coalesce(bit_xor(hashtidextended(place, coalesce((base.age - nullif(age(maker), 2147483647)) & 4294967295, 0) # (number << 40))), 0)
  -- The view of roles has no row versions; what they are set to is in pg_db_role_setting.
  || ':' || (select bit_xor(hashtextextended((to_jsonb(r) - 'rolconfig')::text, 0)) from pg_catalog.pg_roles r)
  -- Of these a plain role reads no row versions either: of mappings the names of options, of subscriptions not what they connect to.
  || ':' || coalesce((
    select bit_xor(hashtextextended(concat_ws(' ', umid, umuser, array(select split_part(o, '=', 1) from unnest(umoptions) o)::text), 0))
    from pg_catalog.pg_user_mappings
  ), 0)
  || ':' || coalesce((
    select
      bit_xor(hashtextextended(
        concat_ws(' ', oid, subname, subowner, subenabled, subbinary, substream, subslotname, subsynccommit, subpublications::text), 0))
    from pg_catalog.pg_subscription
  ), 0) as version
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
  union all select 21, ctid, xmin from pg_catalog.pg_foreign_data_wrapper
  union all select 22, ctid, xmin from pg_catalog.pg_foreign_server
  union all select 23, ctid, xmin from pg_catalog.pg_foreign_table
  union all select 24, ctid, xmin from pg_catalog.pg_statistic_ext
  union all select 25, ctid, xmin from pg_catalog.pg_publication
  union all select 26, ctid, xmin from pg_catalog.pg_publication_rel
  union all select 27, ctid, xmin from pg_catalog.pg_event_trigger
  union all select 28, ctid, xmin from pg_catalog.pg_language
  union all select 29, ctid, xmin from pg_catalog.pg_transform where oid >= 16384
  union all select 30, ctid, xmin from pg_catalog.pg_am where oid >= 16384
  union all select 31, ctid, xmin from pg_catalog.pg_default_acl
  union all select 32, ctid, xmin from pg_catalog.pg_seclabel
  union all select 33, ctid, xmin from pg_catalog.pg_shseclabel
  -- Schemas of publications and grants on parameters came with 15, and these rows with them.
  union all select 34, ctid, xmin from pg_catalog.pg_depend where classid = 6237
  union all select 35, ctid, xmin from pg_catalog.pg_shdepend where dbid = 0 and classid = 6243
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
cross join (select age('3'::xid)::bigint as age) base
