-- Rights that somebody changed on what came with an extension, or with the server (extension is null there). pg_init_privs holds
-- what they were at the beginning; it does not know information_schema, which is left out, as pg_dump does. 11 is pg_catalog.
-- An access list that is null has never been changed.
with members as materialized (
  select classid, objid, refobjid as extension
  from pg_depend
  where refclassid = 3079 and deptype = 'e'
),
relations (oid) as (
  select oid from pg_class where oid < 16384 and relnamespace = 11 and relkind in ('r', 'v')
  union
  select objid from members where classid = 1259
),
held as (
  select 1259::oid as classid, c.oid as objid, 0 as sub, c.relacl as acl, c.relowner as owner, case c.relkind when 'S' then 's' else 'r' end as kind,
    c.xmin as maker
  from pg_class c
  where c.oid in (select oid from relations) and c.relacl is not null
  union all
  select 1259, a.attrelid, a.attnum, a.attacl, c.relowner, 'c', a.xmin
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  where a.attrelid in (select oid from relations) and a.attacl is not null
  union all
  select 1255, p.oid, 0, p.proacl, p.proowner, 'f', p.xmin
  from pg_proc p
  where p.oid < 16384 and p.pronamespace = 11 and p.proacl is not null
  union all
  select 1255, p.oid, 0, p.proacl, p.proowner, 'f', p.xmin
  from members m
  join pg_proc p on p.oid = m.objid
  where m.classid = 1255 and p.proacl is not null
  union all
  select 1247, t.oid, 0, t.typacl, t.typowner, 'T', t.xmin
  from pg_type t
  where t.oid < 16384 and t.typnamespace = 11 and t.typacl is not null
  union all
  select 1247, t.oid, 0, t.typacl, t.typowner, 'T', t.xmin
  from members m
  join pg_type t on t.oid = m.objid
  where m.classid = 1247 and t.typacl is not null
  union all
  select 2615, n.oid, 0, n.nspacl, n.nspowner, 'n', n.xmin
  from pg_namespace n
  where (n.oid = 11 or n.oid in (select objid from members where classid = 2615)) and n.nspacl is not null
  union all
  select 2612, l.oid, 0, l.lanacl, l.lanowner, 'l', l.xmin
  from pg_language l
  where (l.oid < 16384 or l.oid in (select objid from members where classid = 2612)) and l.lanacl is not null
  union all
  select 2328, f.oid, 0, f.fdwacl, f.fdwowner, 'F', f.xmin
  from pg_foreign_data_wrapper f
  where f.oid in (select objid from members where classid = 2328) and f.fdwacl is not null
  union all
  select 1417, s.oid, 0, s.srvacl, s.srvowner, 'S', s.xmin
  from pg_foreign_server s
  where s.oid in (select objid from members where classid = 1417) and s.srvacl is not null
)
select
  m.extension,
  h.maker::text as version,
  o.type || ' ' || o.identity as object,
  pg_get_userbyid(h.owner) as owner,
  h.acl,
  coalesce(p.initprivs, acldefault(h.kind::"char", h.owner)) as initial
from held h
left join members m on m.classid = h.classid and m.objid = h.objid
left join pg_init_privs p on p.classoid = h.classid and p.objoid = h.objid and p.objsubid = h.sub
cross join lateral pg_identify_object(h.classid, h.objid, h.sub) o
where h.acl is distinct from p.initprivs
