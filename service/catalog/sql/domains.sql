select
  t.oid,
  t.typnamespace as schema,
  t.typname as name,
  t.xmin::text || '.' || count(c.oid) || '.' || coalesce(sum(c.xmin::text::bigint), 0) || '.' || coalesce(n.xmin::text, '') as version, -- from 17
  t.xmin::text || '.' || count(c.oid) || '.' || coalesce(sum(c.xmin::text::bigint), 0) as version, -- before 17
  pg_get_userbyid(t.typowner) as owner,
  t.typacl as acl,
  format_type(t.typbasetype, t.typtypmod) as type,
  t.typnotnull as not_null,
  coalesce(pg_get_expr(t.typdefaultbin, 1247), t.typdefault) as default,
  n.conname as not_null_name, -- from 17
  null as not_null_name, -- before 17
  case when t.typcollation <> b.typcollation then t.typcollation::regcollation::text end as collation,
  array_agg(c.oid order by c.conname) filter (where c.oid is not null) as constraint_oids,
  array_agg(c.conname::text order by c.conname) filter (where c.oid is not null) as constraint_names,
  array_agg(pg_get_constraintdef(c.oid) order by c.conname) filter (where c.oid is not null) as constraints
from pg_type t
join pg_type b on b.oid = t.typbasetype
left join pg_constraint c on c.contypid = t.oid and c.contype = 'c'
left join pg_constraint n on n.contypid = t.oid and n.contype = 'n' -- from 17
where t.oid >= 16384
  and t.typtype = 'd'
  and t.typnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1247 and deptype = 'e')
group by t.oid, b.typcollation, n.conname, n.xmin::text -- from 17
group by t.oid, b.typcollation -- before 17
