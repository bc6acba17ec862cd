-- The tap (service/tap) is Schemawatch's own: what lives in a schema that is not listed here is not looked at.
select
  n.oid,
  n.nspname as name,
  n.xmin::text as version,
  pg_get_userbyid(n.nspowner) as owner,
  n.nspacl as acl,
  n.oid in (select objid from pg_depend where refclassid = 3079 and classid = 2615 and deptype = 'e') as member
from pg_namespace n
where not starts_with(n.nspname, 'pg_') and n.nspname not in ('information_schema', 'schemawatch_tap')
