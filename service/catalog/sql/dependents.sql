-- The relations ($1) and routines ($2) themselves, what names them or one of the types ($3) in its text, the tables that a partition or
-- heir is told with, the tables of sequences, and the homes of some parts (catalogs $4, OIDs $5).
with recursive up (oid) as (
  select unnest($1::oid[])
  union
  select i.inhparent from up join pg_inherits i on i.inhrelid = up.oid
),
types (oid) as (
  select unnest($3::oid[])
  union select reltype from pg_class where oid = any($1::oid[]) and reltype <> 0
),
named (catalog, oid) as (
  select classid, objid from pg_depend where refclassid = 1259 and refobjid = any($1::oid[])
  union select classid, objid from pg_depend
  where refclassid = 1259 and refobjid in (select indexrelid from pg_index where indrelid = any($1::oid[]))
  union select classid, objid from pg_depend
  where refclassid = 1247 and refobjid in (select oid from types union select typarray from pg_type where oid in (select oid from types))
  union select classid, objid from pg_depend where refclassid = 1255 and refobjid = any($2::oid[])
  union select * from unnest($4::oid[], $5::oid[])
),
reached (relation, routine) as (
  select
    case catalog
      when 1259 then coalesce((select indrelid from pg_index where indexrelid = n.oid), n.oid)
      when 1247 then (select nullif(typrelid, 0) from pg_type where oid = n.oid)
      when 2604 then (select adrelid from pg_attrdef where oid = n.oid)
      when 2606 then (select nullif(conrelid, 0) from pg_constraint where oid = n.oid)
      when 2618 then (select ev_class from pg_rewrite where oid = n.oid)
      when 2620 then (select tgrelid from pg_trigger where oid = n.oid)
      when 3256 then (select polrelid from pg_policy where oid = n.oid)
    end,
    case catalog when 1255 then n.oid end
  from named n
  union select oid, null from up
  union select refobjid, null from pg_depend d join pg_sequence s on s.seqrelid = d.objid
  where d.classid = 1259 and d.objid = any($1::oid[]) and d.refclassid = 1259 and d.deptype in ('a', 'i')
  union select null, unnest($2::oid[])
)
select
  (select coalesce(json_agg(distinct relation), '[]')::text from reached where relation is not null) as relations,
  (select coalesce(json_agg(distinct routine), '[]')::text from reached where routine is not null) as routines
