select
  d.oid,
  d.xmin::text as version,
  pg_get_userbyid(d.defaclrole) as role,
  nullif(d.defaclnamespace, 0) as schema,
  d.defaclobjtype as objects,
  d.defaclacl as acl
from pg_default_acl d
where d.oid >= 16384
  and d.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 826 and deptype = 'e')
