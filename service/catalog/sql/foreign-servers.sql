select
  s.oid,
  s.srvname as name,
  s.xmin::text as version,
  pg_get_userbyid(s.srvowner) as owner,
  s.srvacl as acl,
  f.fdwname as wrapper,
  s.srvtype as type,
  s.srvversion as server_version,
  s.srvoptions as options
from pg_foreign_server s
join pg_foreign_data_wrapper f on f.oid = s.srvfdw
where s.oid >= 16384
  and s.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1417 and deptype = 'e')
