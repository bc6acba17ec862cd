-- Tables and indexes: partitions too.
select inhrelid as child, inhparent as parent, xmin::text as version, inhparent::regclass::text as parent_name
from pg_inherits
where inhrelid >= 16384
  and ( -- scoped
    inhrelid = any($1::oid[]) -- scoped
    or inhrelid in (select indexrelid from pg_index where indrelid = any($1::oid[])) -- scoped
    or inhrelid in (select oid from pg_class where oid >= 16384 and relkind = 'f') -- scoped
  ) -- scoped
order by inhrelid, inhseqno
