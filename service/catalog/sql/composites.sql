select
  t.oid,
  t.typnamespace as schema,
  t.typname as name,
  t.xmin::text || '.' || count(a.attnum) || '.' || coalesce(sum(a.xmin::text::bigint), 0) as version,
  pg_get_userbyid(t.typowner) as owner,
  t.typacl as acl,
  t.typrelid as relation,
  array_agg(a.attnum order by a.attnum) filter (where a.attnum is not null) as numbers,
  array_agg(a.attname::text order by a.attnum) filter (where a.attnum is not null) as names,
  array_agg(
    format_type(a.atttypid, a.atttypmod)
    || case when a.attcollation <> ft.typcollation then ' COLLATE ' || a.attcollation::regcollation::text else '' end
    order by a.attnum
  ) filter (where a.attnum is not null) as types
from pg_type t
join pg_class c on c.oid = t.typrelid and c.oid >= 16384 and c.relkind = 'c'
left join pg_attribute a on a.attrelid = t.typrelid and a.attrelid >= 16384 and a.attnum > 0 and not a.attisdropped
left join pg_type ft on ft.oid = a.atttypid
where t.oid >= 16384
  and t.typtype = 'c'
  and t.typnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1247 and deptype = 'e')
group by t.oid
