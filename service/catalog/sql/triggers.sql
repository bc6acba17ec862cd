-- The copies that a partitioned table's trigger has on each partition are told with it.
select
  t.oid,
  t.tgname as name,
  t.tgrelid as relation,
  t.xmin::text as version,
  pg_get_triggerdef(t.oid) as definition,
  t.tgenabled as enabled,
  t.tgfoid::regprocedure::text as function
from pg_trigger t
where t.oid >= 16384
  and not t.tgisinternal
  and t.tgparentid = 0
