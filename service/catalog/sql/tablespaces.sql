select
  t.oid,
  t.spcname as name,
  t.oid < 16384 as built_in,
  t.xmin::text as version,
  pg_get_userbyid(t.spcowner) as owner,
  t.spcowner = 10 as of_first,
  t.spcacl as acl,
  t.spcoptions as options,
  pg_tablespace_location(t.oid) as location
from pg_tablespace t
where t.oid >= 1
