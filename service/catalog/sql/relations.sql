-- What can have columns, in the order of its name, so that what is read together is found together.
select coalesce(json_agg(c.oid order by n.nspname collate "C", c.relname collate "C"), '[]')::text as relations
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.oid >= 16384
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
