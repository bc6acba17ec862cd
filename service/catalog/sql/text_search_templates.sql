select
  t.oid,
  t.tmplnamespace as schema,
  t.tmplname as name,
  t.xmin::text as version,
  nullif(t.tmplinit, 0)::regproc::text as init,
  t.tmpllexize::regproc::text as lexize
from pg_ts_template t
where t.oid >= 16384
  and t.tmplnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3764 and deptype = 'e')
