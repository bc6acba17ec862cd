-- Identity columns' sequences too: deptype i, told as a part of their column.
select
  c.oid,
  c.relnamespace as schema,
  c.relname as name,
  c.xmin::text || '.' || s.xmin::text as version,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl as acl,
  c.relpersistence as persistence,
  format_type(s.seqtypid, null) as type,
  s.seqstart::text as start,
  s.seqincrement::text as increment,
  s.seqmin::text as min,
  s.seqmax::text as max,
  s.seqcache::text as cache,
  s.seqcycle as cycle,
  d.deptype as dependency,
  d.refobjid as owner_relation,
  d.refobjsubid as owner_column,
  o.relpersistence as owner_persistence
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
left join pg_depend d
  on d.classid = 1259 and d.objid = s.seqrelid and d.objsubid = 0
  and d.refclassid = 1259 and d.refobjsubid > 0 and d.deptype in ('a', 'i')
left join pg_class o on o.oid = d.refobjid
where s.seqrelid >= 16384
  and s.seqrelid = any($1::oid[]) -- scoped
  and c.oid >= 16384
  and c.relpersistence <> 't'
  and c.relnamespace <> 11
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1259 and deptype = 'e')
