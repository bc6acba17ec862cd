-- A partition's copy of a foreign key is told with the foreign key, as pg_dump does. A plain NOT NULL with a generated
-- name (PostgreSQL 18 keeps them as rows) is the column's notNull and nothing else, unless it has a comment. LIKE comes
-- before the regular expression, which takes as long as all else on tens of thousands of them.
select
  con.oid,
  con.conname as name,
  con.conrelid as relation,
  concat_ws('.', con.xmin::text, x.xmin::text, i.xmin::text) as version,
  con.contype as type,
  -- Empty for a plain key, which is put together of what is here as pg_get_constraintdef prints it: that takes 20 us each, and looks up
  -- each name.
  case
    when con.contype in ('p', 'u') and not con.condeferrable and x.indnatts = x.indnkeyatts
      and not x.indnullsnotdistinct -- from 15
      and not con.conperiod -- from 18
      then ''
    when con.contype = 'f' and con.confmatchtype = 's' and not con.condeferrable and con.convalidated
      and con.confdelsetcols is null -- from 15
      and con.conenforced and not con.conperiod -- from 18
      then ''
    else pg_get_constraintdef(con.oid)
  end as definition,
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
  con.confkey as target_columns,
  con.confupdtype as on_update,
  con.confdeltype as on_delete,
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
    con.contype = 'n' and con.convalidated and not con.connoinherit and (con.conname like '%\_not\_null' or con.conname ~ '_not_null\d+$')
    and con.oid not in (select objoid from pg_description where classoid = 2606)
  )
