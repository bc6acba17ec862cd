-- The copies that a partitioned table's trigger has on each partition are told with it; one that is switched otherwise than
-- the one above it is named in partitions.
with recursive copies as (
  select c.oid, t.oid as root, c.tgrelid, c.tgenabled, c.tgenabled <> t.tgenabled as differs
  from pg_trigger c
  join pg_trigger t on t.oid = c.tgparentid
  where t.tgparentid = 0 and not t.tgisinternal
    and t.tgrelid = any($1::oid[]) -- scoped
  union all
  select c.oid, above.root, c.tgrelid, c.tgenabled, c.tgenabled <> above.tgenabled
  from copies above
  join pg_trigger c on c.tgparentid = above.oid
)
select
  t.oid,
  t.tgname as name,
  t.tgrelid as relation,
  t.xmin::text as version,
  pg_get_triggerdef(t.oid) as definition,
  t.tgenabled as enabled,
  t.tgfoid::regprocedure::text as function,
  p.relations as partition_relations,
  p.states as partition_states
from pg_trigger t
left join (
  select root, array_agg(tgrelid::regclass::text order by tgrelid) as relations, array_agg(tgenabled order by tgrelid) as states
  from copies
  where differs
  group by root
) p on p.root = t.oid
where t.oid >= 16384
  and t.tgrelid = any($1::oid[]) -- scoped
  and not t.tgisinternal
  and t.tgparentid = 0
