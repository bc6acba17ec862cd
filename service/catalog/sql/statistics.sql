select
  s.oid,
  s.stxnamespace as schema,
  s.stxname as name,
  s.xmin::text as version,
  pg_get_userbyid(s.stxowner) as owner,
  s.stxrelid::regclass::text as table,
  s.stxrelid as relation,
  s.stxkeys::int2[] as columns,
  pg_get_statisticsobjdef_expressions(s.oid) as expressions,
  pg_get_statisticsobjdef(s.oid) as definition,
  s.stxkind as kinds,
  s.stxstattarget as target
from pg_statistic_ext s
where s.oid >= 16384
  and s.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3381 and deptype = 'e')
