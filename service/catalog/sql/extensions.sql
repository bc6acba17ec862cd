select
  e.oid,
  e.extname as name,
  e.xmin::text as version,
  pg_get_userbyid(e.extowner) as owner,
  n.nspname as schema,
  e.extversion as extension_version
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
