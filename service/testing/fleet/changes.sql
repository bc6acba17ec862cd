-- $2 changes of $1 databases with a snapshot each, over 90 days, more of them lately; the first of each database is its beginning.
with made as (
  select i, case when i <= $1::integer then i else 1 + pg_temp.pick(i, 10, $1::integer) end as database_id,
         now() - make_interval(secs => 7776000 * power(($2::integer - i)::float8 / $2::integer, 2)) as at,
         pg_temp.pick(i, 11, 100) as danger,
         pg_temp.pick(i, 12, 100) as deed
  from generate_series(1, $2::integer) i
), snapshots as (
  insert into schemawatch.snapshot (id, database_id, taken_at, format, server_version_num, origin, fingerprint, object_count)
  overriding system value
  select i, database_id, at, 3, 180004, 'fleet', md5(i::text), 200 + pg_temp.pick(database_id, 13, 400)
  from made
), told as (
  select *,
         case when danger < 6 then 'breaking' when danger < 20 then 'risky' else 'safe' end as compatibility,
         case when deed < 40 then 'added' when deed < 80 then 'altered' when deed < 95 then 'removed' else 'renamed' end as action,
         1 + pg_temp.pick(i, 14, 4) as objects
  from made
)
insert into schemawatch.change (
  id, database_id, before_snapshot, after_snapshot, found_at, cause, compatibility, breaking, risky, safe, summary, impact, attribution, authors, actions)
overriding system value
select i, database_id, null, i, at, 'gate', compatibility,
       case when compatibility = 'breaking' then 1 else 0 end,
       case when compatibility = 'risky' then 1 else 0 end,
       objects - case when compatibility = 'safe' then 0 else 1 end,
       format('column public.%s.c%s %s', (array['orders', 'customers', 'payments', 'items'])[1 + i % 4], i % 97, action)
         || case when objects > 1 then format(' and %s more', objects - 1) else '' end,
       '{"dependents": [], "relations": [], "limits": []}',
       case when deed % 2 = 0 then 'read' else 'none' end,
       case when deed % 2 = 0 then array[(array['ann', 'ben', 'cleo', 'deploy'])[1 + i % 4]] else '{}' end,
       case when objects = 1 or action = 'altered' then array[action]
            when action = 'added' then array['added', 'altered'] else array['altered', action] end
from told
