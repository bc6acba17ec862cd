-- plain: operator classes that are not printed for columns of the type.
with plain (opclass, type) as (
  select oid, opcintype from pg_opclass where opcdefault and opcmethod = 403
  union all
  select oid, 1043::oid from pg_opclass where opcdefault and opcmethod = 403 and opcintype = 25
)
select
  x.indexrelid as oid,
  c.relname as name,
  x.indrelid as relation,
  c.xmin::text || '.' || x.xmin::text as version,
  coalesce(
    -- What pg_get_indexdef prints of a plain index of up to three columns: it takes 70 us each and opens the relation.
    case
      when c.relkind = 'i' and c.relam = 403 and x.indexprs is null and x.indpred is null and c.reloptions is null
        and x.indnatts = x.indnkeyatts and x.indnkeyatts <= 3 and 0 = all (x.indoption::int2[])
        and not x.indnullsnotdistinct -- from 15
        then 'CREATE ' || case when x.indisunique then 'UNIQUE ' else '' end || 'INDEX ' || quote_ident(c.relname)
          || ' ON ' || x.indrelid::regclass || ' USING btree ('
          || (
            select
              case
                when a.attcollation = x.indcollation[0] and (x.indclass[0], a.atttypid) in (select opclass, type from plain)
                  then quote_ident(a.attname)
              end
            from pg_attribute a
            where a.attrelid = x.indrelid and a.attnum = x.indkey[0]
          )
          || case when x.indnkeyatts > 1 then ', ' || (
            select
              case
                when a.attcollation = x.indcollation[1] and (x.indclass[1], a.atttypid) in (select opclass, type from plain)
                  then quote_ident(a.attname)
              end
            from pg_attribute a
            where a.attrelid = x.indrelid and a.attnum = x.indkey[1]
          ) else '' end
          || case when x.indnkeyatts > 2 then ', ' || (
            select
              case
                when a.attcollation = x.indcollation[2] and (x.indclass[2], a.atttypid) in (select opclass, type from plain)
                  then quote_ident(a.attname)
              end
            from pg_attribute a
            where a.attrelid = x.indrelid and a.attnum = x.indkey[2]
          ) else '' end
          || ')'
    end,
    pg_get_indexdef(x.indexrelid)
  ) as definition,
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
  case
    when x.indexprs is not null
      then (
        select array_agg(a.attnum || ': ' || a.attstattarget order by a.attnum)
        from pg_attribute a
        where a.attrelid = x.indexrelid and a.attstattarget >= 0
      )
  end as statistics,
  c.reloptions as options,
  ts.spcname as tablespace
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_am am on am.oid = c.relam
left join pg_tablespace ts on ts.oid = c.reltablespace
where x.indexrelid >= 16384
  and x.indrelid = any($1::oid[]) -- scoped
  and c.oid >= 16384
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
  and x.indexrelid not in (
    select conindid from pg_constraint
    where contype in ('p', 'u', 'x') and conrelid >= 16384
      and conrelid = any($1::oid[]) -- scoped
  )
