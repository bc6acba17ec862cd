select
  c.oid,
  c.relnamespace as schema,
  c.relname as name,
  c.xmin::text || '.' || f.xmin::text as version,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl as acl,
  s.srvname as server,
  f.ftoptions as options,
  c.relispartition as partition,
  case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as bound
from pg_class c
join pg_foreign_table f on f.ftrelid = c.oid
join pg_foreign_server s on s.oid = f.ftserver
where c.oid >= 16384
  and c.oid = any($1::oid[]) -- scoped
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1259 and deptype = 'e')
