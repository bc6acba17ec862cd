select
  f.oid,
  f.fdwname as name,
  f.xmin::text as version,
  pg_get_userbyid(f.fdwowner) as owner,
  f.fdwacl as acl,
  nullif(f.fdwhandler, 0)::regproc::text as handler,
  nullif(f.fdwvalidator, 0)::regproc::text as validator,
  f.fdwoptions as options
from pg_foreign_data_wrapper f
where f.oid >= 16384
  and f.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2328 and deptype = 'e')
