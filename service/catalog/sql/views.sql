select
  c.oid,
  c.relnamespace as schema,
  c.relname as name,
  c.relkind = 'm' as materialized,
  concat_ws('.', c.xmin::text, r.xmin::text, t.xmin::text) as version,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl as acl,
  case
    when t.reloptions is null then c.reloptions
    else coalesce(c.reloptions, '{}') || array(select 'toast.' || o from unnest(t.reloptions) o)
  end as options,
  c.relispopulated as populated,
  pg_get_viewdef(c.oid) as definition,
  am.amname as access_method,
  ts.spcname as tablespace
from pg_class c
join pg_rewrite r on r.ev_class = c.oid and r.ev_class >= 16384 and r.rulename = '_RETURN'
left join pg_class t on t.oid = c.reltoastrelid and t.oid >= 16384
left join pg_am am on am.oid = c.relam and c.relam <> 2
left join pg_tablespace ts on ts.oid = c.reltablespace
where c.oid >= 16384
  and c.oid = any($1::oid[]) -- scoped
  and c.relkind in ('v', 'm')
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1259 and deptype = 'e')
