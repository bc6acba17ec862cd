-- Casts of temporary types are nobody's schema; the cast to its multirange comes with a range type.
select
  c.oid,
  c.xmin::text as version,
  format_type(c.castsource, null) as source,
  format_type(c.casttarget, null) as target,
  c.castmethod as method,
  c.castcontext as context,
  case when c.castfunc <> 0 then c.castfunc::regprocedure::text end as function
from pg_cast c
where c.oid >= 16384
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2605 and deptype = 'e')
  and not exists (
    select from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.oid in (c.castsource, c.casttarget) and starts_with(n.nspname, 'pg_temp')
  )
  and not exists (select from pg_range r where r.rngtypid = c.castsource and r.rngmultitypid = c.casttarget)
