select
  c.oid,
  c.relnamespace as schema,
  c.relname as name,
  concat_ws('.', c.xmin::text, t.xmin::text) as version,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl as acl,
  c.relpersistence as persistence,
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_by,
  case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end as bound,
  c.relispartition as partition,
  case
    when t.reloptions is null then c.reloptions
    else coalesce(c.reloptions, '{}') || array(select 'toast.' || o from unnest(t.reloptions) o)
  end as options,
  c.relrowsecurity as row_security,
  c.relforcerowsecurity as force_row_security,
  c.oid in (select tgrelid from pg_trigger where tgisinternal and tgenabled in ('D', 'R')) as constraints_off,
  c.relreplident as replica_identity,
  ri.indexrelid as identity_index,
  ri.indexrelid::regclass::text as identity_index_name,
  am.amname as access_method,
  ts.spcname as tablespace,
  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as of_type
from pg_class c
left join pg_class t on t.oid = c.reltoastrelid and t.oid >= 16384
left join pg_am am on am.oid = c.relam and c.relam <> 2
left join pg_tablespace ts on ts.oid = c.reltablespace
left join pg_index ri on c.relreplident = 'i' and ri.indrelid = c.oid and ri.indisreplident
where c.oid >= 16384
  and c.oid = any($1::oid[]) -- scoped
  and c.relkind in ('r', 'p')
  and c.relpersistence <> 't'
  and c.relnamespace not in (11, 99)
  and c.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1259 and deptype = 'e')
