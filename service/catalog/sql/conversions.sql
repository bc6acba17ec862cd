select
  c.oid,
  c.connamespace as schema,
  c.conname as name,
  c.xmin::text as version,
  pg_get_userbyid(c.conowner) as owner,
  pg_encoding_to_char(c.conforencoding) as source,
  pg_encoding_to_char(c.contoencoding) as target,
  c.conproc::regproc::text as function,
  c.condefault as default
from pg_conversion c
where c.oid >= 16384
  and c.connamespace <> 11
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2607 and deptype = 'e')
