-- The members that no operator class of the family claims; the others are told with their class, as pg_dump does.
select
  f.oid,
  f.opfnamespace as schema,
  f.opfname as name,
  f.xmin::text || '.' || coalesce(o.version, '') || '.' || coalesce(p.version, '') as version,
  pg_get_userbyid(f.opfowner) as owner,
  m.amname as method,
  o.members as operators,
  p.members as functions
from pg_opfamily f
join pg_am m on m.oid = f.opfmethod
left join lateral (
  select
    count(*) || ':' || sum(a.xmin::text::bigint) as version,
    array_agg(
      a.amopstrategy || ' ' || a.amopopr::regoperator::text
      || case when a.amopsortfamily = 0 then '' else ' FOR ORDER BY ' || quote_ident(n.nspname) || '.' || quote_ident(s.opfname) end
      order by a.amopstrategy, a.amopopr::regoperator::text collate "C"
    ) as members
  from pg_amop a
  left join pg_opfamily s on s.oid = a.amopsortfamily
  left join pg_namespace n on n.oid = s.opfnamespace
  where a.amopfamily = f.oid
    and not exists (select from pg_depend d where d.classid = 2602 and d.objid = a.oid and d.refclassid = 2616)
) o on true
left join lateral (
  select
    count(*) || ':' || sum(a.xmin::text::bigint) as version,
    array_agg(
      a.amprocnum || ' (' || format_type(a.amproclefttype, null) || ', ' || format_type(a.amprocrighttype, null) || ') '
      || a.amproc::regprocedure::text
      order by a.amprocnum, a.amproc::regprocedure::text collate "C"
    ) as members
  from pg_amproc a
  where a.amprocfamily = f.oid
    and not exists (select from pg_depend d where d.classid = 2603 and d.objid = a.oid and d.refclassid = 2616)
) p on true
where f.oid >= 16384
  and f.opfnamespace <> 11
  and f.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 2753 and deptype = 'e')
