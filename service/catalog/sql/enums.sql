select
  t.oid,
  t.typnamespace as schema,
  t.typname as name,
  t.xmin::text || '.' || count(e.oid) || '.' || coalesce(sum(e.xmin::text::bigint), 0) as version,
  pg_get_userbyid(t.typowner) as owner,
  t.typacl as acl,
  array_agg(e.enumlabel::text order by e.enumsortorder) filter (where e.oid is not null) as labels
from pg_type t
left join pg_enum e on e.enumtypid = t.oid
where t.oid >= 16384
  and t.typtype = 'e'
  and t.typnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1247 and deptype = 'e')
group by t.oid
