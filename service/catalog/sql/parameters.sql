-- 10 is the bootstrap superuser, whom every parameter belongs to.
select oid, parname as name, xmin::text as version, paracl as acl, pg_get_userbyid(10) as owner from pg_parameter_acl -- from 15
select 0 as oid, '' as name, '' as version, null::text[] as acl, '' as owner where false -- before 15
