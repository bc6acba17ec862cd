select
  d.oid,
  d.dictnamespace as schema,
  d.dictname as name,
  d.xmin::text as version,
  pg_get_userbyid(d.dictowner) as owner,
  case when n.oid = 11 then '' else quote_ident(n.nspname) || '.' end || quote_ident(t.tmplname) as template,
  d.dictinitoption as options
from pg_ts_dict d
join pg_ts_template t on t.oid = d.dicttemplate
join pg_namespace n on n.oid = t.tmplnamespace
where d.oid >= 16384
  and d.dictnamespace <> 11
  and d.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 3600 and deptype = 'e')
