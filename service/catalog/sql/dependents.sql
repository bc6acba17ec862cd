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
  union select null, unnest($2::oid[])
),
-- An identity column is told with its sequence, a sequence with its column.
owners (relation) as (
  select relation from reached
  union
  select d.refobjid
  from reached r
  join pg_sequence s on s.seqrelid = r.relation
  join pg_depend d on d.classid = 1259 and d.objid = s.seqrelid and d.refclassid = 1259 and d.deptype in ('a', 'i')
),
whole (relation) as (
  select relation from owners
  union
  select s.seqrelid
  from owners o
  join pg_depend d on d.refclassid = 1259 and d.refobjid = o.relation and d.classid = 1259 and d.deptype in ('a', 'i')
  join pg_sequence s on s.seqrelid = d.objid
)
select
  (select coalesce(json_agg(relation), '[]')::text from whole where relation is not null) as relations,
  (select coalesce(json_agg(distinct routine), '[]')::text from reached where routine is not null) as routines
