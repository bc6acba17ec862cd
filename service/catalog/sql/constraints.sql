-- A partition's copy of a foreign key is told with the foreign key, as pg_dump does. A plain NOT NULL with a generated
-- name (PostgreSQL 18 keeps them as rows) is the column's notNull and nothing else, unless it has a comment.
select
  con.oid,
  con.conname as name,
  con.conrelid as relation,
  concat_ws('.', con.xmin::text, x.xmin::text, i.xmin::text) as version,
  con.contype as type,
  pg_get_constraintdef(con.oid) as definition,
  con.convalidated as valid,
  con.conenforced as enforced, -- from 18
  true as enforced, -- before 18
  con.condeferrable as deferrable,
  con.condeferred as deferred,
  con.connoinherit as no_inherit,
  con.conislocal as local,
  con.conkey as columns,
  con.confrelid as target,
  case when con.contype = 'f' then con.confrelid::regclass::text end as target_name,
  i.oid as index,
  i.reloptions as options,
  ts.spcname as tablespace,
  x.indisclustered as clustered
from pg_constraint con
left join pg_index x on con.contype in ('p', 'u', 'x') and x.indexrelid = con.conindid and x.indexrelid >= 16384
left join pg_class i on con.contype in ('p', 'u', 'x') and i.oid = con.conindid and i.oid >= 16384
left join pg_tablespace ts on ts.oid = i.reltablespace
where con.oid >= 16384
  and con.conrelid = any($1::oid[]) -- scoped
  and con.conrelid <> 0
  and con.contype in ('c', 'f', 'p', 'u', 'x', 'n')
  and not (con.contype = 'f' and con.conparentid <> 0)
  and not (
    con.contype = 'n' and con.convalidated and not con.connoinherit and con.conname ~ '_not_null\d*$'
    and con.oid not in (select objoid from pg_description where classoid = 2606)
  )
