select a.oid, a.amname as name, a.xmin::text as version, a.amtype as type, a.amhandler::regproc::text as handler
from pg_am a
where a.oid >= 16384
  and a.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2601 and deptype = 'e')
