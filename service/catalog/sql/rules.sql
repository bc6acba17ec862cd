-- A view's own rule, _RETURN, is the view.
select
  r.oid,
  r.rulename as name,
  r.ev_class as relation,
  r.xmin::text as version,
  pg_get_ruledef(r.oid) as definition,
  r.ev_type as event,
  r.is_instead as instead,
  r.ev_enabled as enabled
from pg_rewrite r
where r.oid >= 16384
  and r.rulename <> '_RETURN'
