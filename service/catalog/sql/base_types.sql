-- Types that CREATE TYPE makes with an input and an output function, and shells that wait for them. The array type that comes
-- with each type is that type's.
select
  t.oid,
  t.typnamespace as schema,
  t.typname as name,
  t.xmin::text as version,
  pg_get_userbyid(t.typowner) as owner,
  t.typacl as acl,
  t.typisdefined as defined,
  t.typinput::regproc::text as input,
  t.typoutput::regproc::text as output,
  nullif(t.typreceive, 0)::regproc::text as receive,
  nullif(t.typsend, 0)::regproc::text as send,
  nullif(t.typmodin, 0)::regproc::text as modifier_input,
  nullif(t.typmodout, 0)::regproc::text as modifier_output,
  nullif(t.typanalyze, 0)::regproc::text as analyze,
  nullif(t.typsubscript, 0)::regproc::text as subscript,
  t.typlen as length,
  t.typbyval as by_value,
  t.typalign as alignment,
  t.typstorage as storage,
  t.typcategory as category,
  t.typispreferred as preferred,
  t.typdelim as delimiter,
  case when t.typelem <> 0 then format_type(t.typelem, null) end as element,
  coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) as default,
  t.typcollation <> 0 as collatable
from pg_type t
where t.oid >= 16384
  and (t.typtype = 'b' or not t.typisdefined)
  and t.typnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1247 and deptype = 'e')
  and not exists (select from pg_type e where e.oid = t.typelem and e.typarray = t.oid)
