-- Without the tap's own (tap install).
select
  e.oid,
  e.evtname as name,
  e.xmin::text as version,
  pg_get_userbyid(e.evtowner) as owner,
  e.evtevent as event,
  e.evtfoid::regproc::text as function,
  e.evtenabled as enabled,
  e.evttags as tags
from pg_event_trigger e
where e.oid >= 16384
  and not starts_with(e.evtname, 'schemawatch_tap')
  and e.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3466 and deptype = 'e')
