select
  x.indexrelid as oid,
  c.relname as name,
  x.indrelid as relation,
  c.xmin::text || '.' || x.xmin::text as version,
  pg_get_indexdef(x.indexrelid) as definition,
  x.indisunique as unique,
  x.indisvalid as valid,
  x.indisready as ready,
  x.indnullsnotdistinct as nulls_not_distinct, -- from 15
  false as nulls_not_distinct, -- before 15
  x.indisclustered as clustered,
  x.indisreplident as replica_identity,
  am.amname as method,
  x.indkey::int2[] as columns,
  x.indnkeyatts as key_count,
  case
    when x.indexprs is not null
      then array(select pg_get_indexdef(x.indexrelid, k, false) from generate_series(1, x.indnkeyatts) k)
  end as expressions,
  pg_get_expr(x.indpred, x.indrelid) as predicate,
  (
    select array_agg(a.attnum || ': ' || a.attstattarget order by a.attnum)
    from pg_attribute a
    where a.attrelid = x.indexrelid and a.attstattarget >= 0
  ) as statistics,
  c.reloptions as options,
  ts.spcname as tablespace
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_am am on am.oid = c.relam
left join pg_tablespace ts on ts.oid = c.reltablespace
where x.indexrelid >= 16384
  and c.oid >= 16384
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
  and x.indexrelid not in (select conindid from pg_constraint where contype in ('p', 'u', 'x') and conrelid >= 16384)
