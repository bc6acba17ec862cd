-- Who besides its owner may read the tap's log.
select distinct a.grantee::regrole::text as reader
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join aclexplode(c.relacl) a
where n.nspname = 'schemawatch_tap' and c.relname = 'statement'
  and a.privilege_type = 'SELECT' and a.grantee <> c.relowner and a.grantee <> 0
order by 1
