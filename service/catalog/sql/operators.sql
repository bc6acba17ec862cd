-- Without a function it is only what another operator's COMMUTATOR or NEGATOR announced; pg_dump leaves it out too.
select
  o.oid,
  o.oprnamespace as schema,
  o.oprname as name,
  o.xmin::text as version,
  pg_get_userbyid(o.oprowner) as owner,
  case when o.oprleft <> 0 then format_type(o.oprleft, null) end as left,
  case when o.oprright <> 0 then format_type(o.oprright, null) end as right,
  format_type(o.oprresult, null) as result,
  o.oprcode::regprocedure::text as function,
  case when o.oprcom <> 0 then o.oprcom::regoperator::text end as commutator,
  case when o.oprnegate <> 0 then o.oprnegate::regoperator::text end as negator,
  nullif(o.oprrest, 0)::regproc::text as restrict,
  nullif(o.oprjoin, 0)::regproc::text as join,
  o.oprcanhash as hashes,
  o.oprcanmerge as merges
from pg_operator o
where o.oid >= 16384
  and o.oprcode <> 0
  and o.oprnamespace <> 11
  and o.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2617 and deptype = 'e')
