select
  t.oid,
  n.nspname as schema,
  y.typname as type,
  l.lanname as language,
  t.xmin::text as version,
  nullif(t.trffromsql, 0)::regprocedure::text as from_sql,
  nullif(t.trftosql, 0)::regprocedure::text as to_sql
from pg_transform t
join pg_type y on y.oid = t.trftype
join pg_namespace n on n.oid = y.typnamespace
join pg_language l on l.oid = t.trflang
where t.oid >= 16384
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3576 and deptype = 'e')
