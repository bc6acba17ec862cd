select
  p.oid,
  p.prsnamespace as schema,
  p.prsname as name,
  p.xmin::text as version,
  p.prsstart::regproc::text as start,
  p.prstoken::regproc::text as token,
  p.prsend::regproc::text as end,
  p.prslextype::regproc::text as types,
  nullif(p.prsheadline, 0)::regproc::text as headline
from pg_ts_parser p
where p.oid >= 16384
  and p.prsnamespace <> 11
  and p.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3601 and deptype = 'e')
