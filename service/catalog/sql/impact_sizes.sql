-- Size in bytes (indexes and TOAST included) and estimated rows of relations; of partitioned ones the sum of their leaves.
-- $1 JSON list of OIDs; $2 JSON list of quoted names; $3 how many rows at most, largest first.
-- A relation that is being altered right now is not measured, because measuring would wait for its lock.
with recursive wanted as (
  select c.oid as root, c.oid from pg_class c
  where (c.oid in (select r::oid from json_array_elements_text($1::text::json) r)
         or c.oid in (select to_regclass(r) from json_array_elements_text($2::text::json) r))
    and c.relkind in ('r', 'p', 'm', 'i', 'I')
  union
  select w.root, i.inhrelid from wanted w join pg_inherits i on i.inhparent = w.oid
  join pg_class c on c.oid = w.root and c.relkind in ('p', 'I')
),
locked as materialized (
  select relation from pg_locks where mode = 'AccessExclusiveLock' and database = (select oid from pg_database where datname = current_database())
),
measured as (
  select w.root,
         sum(case when k.relation is null then pg_total_relation_size(c.oid) end)::float8 as bytes,
         bool_or(k.relation is not null) as busy,
         sum(nullif(greatest(c.reltuples, -1), -1)) filter (where c.relkind in ('r', 'm', 'i'))::float8 as rows
  from wanted w join pg_class c on c.oid = w.oid left join (select distinct relation from locked) k on k.relation = w.oid
  group by w.root
)
select case c.relkind when 'm' then 'materialized view' when 'i' then 'index' when 'I' then 'index' else 'table' end as kind,
       format('%I.%I', n.nspname, c.relname) as identity,
       case when not m.busy then m.bytes end as bytes, m.rows
from measured m join pg_class c on c.oid = m.root join pg_namespace n on n.oid = c.relnamespace
order by m.bytes desc nulls last, identity
limit $3::int
