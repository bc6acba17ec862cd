select
  c.oid,
  c.opcnamespace as schema,
  c.opcname as name,
  c.xmin::text || '.' || coalesce(o.version, '') || '.' || coalesce(p.version, '') as version,
  pg_get_userbyid(c.opcowner) as owner,
  m.amname as method,
  quote_ident(n.nspname) || '.' || quote_ident(f.opfname) as family,
  format_type(c.opcintype, null) as type,
  c.opcdefault as default,
  case when c.opckeytype <> 0 then format_type(c.opckeytype, null) end as storage,
  o.members as operators,
  p.members as functions
from pg_opclass c
join pg_am m on m.oid = c.opcmethod
join pg_opfamily f on f.oid = c.opcfamily
join pg_namespace n on n.oid = f.opfnamespace
left join lateral (
  select
    count(*) || ':' || sum(a.xmin::text::bigint) as version,
    array_agg(
      a.amopstrategy || ' ' || a.amopopr::regoperator::text
      || case when a.amopsortfamily = 0 then '' else ' FOR ORDER BY ' || quote_ident(sn.nspname) || '.' || quote_ident(s.opfname) end
      order by a.amopstrategy, a.amopopr::regoperator::text collate "C"
    ) as members
  from pg_depend d
  join pg_amop a on a.oid = d.objid
  left join pg_opfamily s on s.oid = a.amopsortfamily
  left join pg_namespace sn on sn.oid = s.opfnamespace
  where d.refclassid = 2616 and d.refobjid = c.oid and d.classid = 2602
) o on true
left join lateral (
  select
    count(*) || ':' || sum(a.xmin::text::bigint) as version,
    array_agg(
      a.amprocnum || ' (' || format_type(a.amproclefttype, null) || ', ' || format_type(a.amprocrighttype, null) || ') '
      || a.amproc::regprocedure::text
      order by a.amprocnum, a.amproc::regprocedure::text collate "C"
    ) as members
  from pg_depend d
  join pg_amproc a on a.oid = d.objid
  where d.refclassid = 2616 and d.refobjid = c.oid and d.classid = 2603
) p on true
where c.oid >= 16384
  and c.opcnamespace <> 11
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2616 and deptype = 'e')
