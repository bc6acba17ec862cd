select
  p.oid,
  p.polname as name,
  p.polrelid as relation,
  p.xmin::text as version,
  p.polcmd as command,
  p.polpermissive as permissive,
  array(select case r when 0 then '' else pg_get_userbyid(r) end from unnest(p.polroles) r) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using,
  pg_get_expr(p.polwithcheck, p.polrelid) as check
from pg_policy p
where p.oid >= 16384
  and p.polrelid = any($1::oid[]) -- scoped
