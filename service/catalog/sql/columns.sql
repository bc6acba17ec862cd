select
  a.attrelid as relation,
  a.attnum as number,
  a.attname as name,
  a.xmin::text as version,
  d.xmin::text as default_version,
  format_type(a.atttypid, a.atttypmod) as type,
  a.attnotnull as not_null,
  -- A default names no column, so it is printed without its relation, which would be opened for it.
  pg_get_expr(d.adbin, case when a.attgenerated = '' then 0 else d.adrelid end) as expression,
  a.attidentity as identity,
  a.attgenerated as generated,
  case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
  case when a.attstorage <> t.typstorage then a.attstorage end as storage,
  a.attcompression as compression,
  a.attstattarget as statistics,
  -- Debian's PostgreSQL 15.20 was seen to stamp columns with pg_attver, where in its log they were made (15.18 does not).
  -- Nobody sets it, and a restored column has another.
  case when a.attoptions is not null then
    nullif(array(select option from unnest(a.attoptions) option where option not like 'pg\_attver=%'), '{}')
  end as options,
  a.attislocal as local,
  a.attacl as acl
from pg_class c
join pg_attribute a on a.attrelid = c.oid
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
where c.oid >= 16384
  and a.attrelid >= 16384
  and c.oid = any($1::oid[]) -- scoped
  and a.attrelid = any($1::oid[]) -- scoped
  and c.relkind in ('r', 'p', 'f', 'v', 'm')
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
  and a.attnum > 0
  and not a.attisdropped
order by a.attrelid, a.attnum
