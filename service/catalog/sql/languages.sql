select
  l.oid,
  l.lanname as name,
  l.xmin::text as version,
  pg_get_userbyid(l.lanowner) as owner,
  l.lanacl as acl,
  l.lanpltrusted as trusted,
  nullif(l.lanplcallfoid, 0)::regproc::text as handler,
  nullif(l.laninline, 0)::regproc::text as inline,
  nullif(l.lanvalidator, 0)::regproc::text as validator
from pg_language l
where l.oid >= 16384
  and l.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2612 and deptype = 'e')
