-- The constructors that CREATE TYPE … AS RANGE makes are the type's.
select
  p.oid,
  p.pronamespace as schema,
  p.proname as name,
  p.xmin::text as version,
  pg_get_userbyid(p.proowner) as owner,
  p.proacl as acl,
  p.prokind as kind,
  oidvectortypes(p.proargtypes) as input_types,
  pg_get_function_arguments(p.oid) as arguments,
  pg_get_function_result(p.oid) as returns,
  l.lanname as language,
  p.provolatile as volatility,
  p.proisstrict as strict,
  p.prosecdef as security_definer,
  p.proparallel as parallel,
  p.proleakproof as leakproof,
  p.procost as cost,
  p.prorows as rows,
  p.proretset as returns_set,
  p.proconfig as settings,
  coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body,
  p.prosqlbody is not null as parsed,
  p.probin as library,
  array(select format_type(t.type, null) from unnest(p.protrftypes) with ordinality t (type, nth) order by t.nth) as transforms,
  nullif(p.prosupport::oid, 0)::regproc::text as support
from pg_proc p
join pg_language l on l.oid = p.prolang
where p.oid >= 16384
  and p.oid = any($2::oid[]) -- scoped
  and p.prokind <> 'a'
  and p.pronamespace <> 11
  and not (p.prolang = 12 and p.prosrc ~ '^(multi)?range_constructor')
  and p.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1255 and deptype = 'e')
