-- Tables and indexes: partitions too.
select inhrelid as child, inhparent as parent, xmin::text as version, inhparent::regclass::text as parent_name
from pg_inherits
where inhrelid >= 16384
order by inhrelid, inhseqno
