-- Which row versions the catalogs of a snapshot hold now. Every DDL makes rows, and every row version has a place (ctid) and
-- a maker (xmin) of its own. Only user objects' rows (OIDs from 16384), by index, so that it costs little on a small database.
select
  count(*) || ':' || coalesce(bit_xor(hashtidextended(place, maker::text::bigint # (number << 40))), 0) as version
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
) rows
