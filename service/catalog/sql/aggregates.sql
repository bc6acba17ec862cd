select
  p.oid,
  p.pronamespace as schema,
  p.proname as name,
  p.xmin::text || '.' || a.xmin::text as version,
  pg_get_userbyid(p.proowner) as owner,
  p.proacl as acl,
  oidvectortypes(p.proargtypes) as input_types,
  pg_get_function_arguments(p.oid) as arguments,
  pg_get_function_result(p.oid) as returns,
  a.aggkind as kind,
  a.aggtransfn::text as transition,
  format_type(a.aggtranstype, null) as state,
  nullif(a.aggtransspace, 0) as state_size,
  nullif(a.aggfinalfn, 0)::regproc::text as final,
  a.aggfinalextra as final_extra,
  a.aggfinalmodify as final_modify,
  a.agginitval as initial,
  nullif(a.aggcombinefn, 0)::regproc::text as combine,
  nullif(a.aggserialfn, 0)::regproc::text as serial,
  nullif(a.aggdeserialfn, 0)::regproc::text as deserial,
  nullif(a.aggmtransfn, 0)::regproc::text as moving_transition,
  nullif(a.aggminvtransfn, 0)::regproc::text as moving_inverse,
  case when a.aggmtranstype <> 0 then format_type(a.aggmtranstype, null) end as moving_state,
  nullif(a.aggmtransspace, 0) as moving_state_size,
  nullif(a.aggmfinalfn, 0)::regproc::text as moving_final,
  a.aggmfinalextra as moving_final_extra,
  a.aggmfinalmodify as moving_final_modify,
  a.aggminitval as moving_initial,
  nullif(a.aggsortop, 0)::regoper::text as sort_operator,
  p.proparallel as parallel
from pg_aggregate a
join pg_proc p on p.oid = a.aggfnoid
where a.aggfnoid >= 16384
  and p.pronamespace <> 11
  and p.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1255 and deptype = 'e')
