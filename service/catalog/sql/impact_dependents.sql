-- What hangs on changed objects, by pg_depend, directly or through others.
-- $1 JSON list of {n, catalog, oid, sub}; $2 how deep to follow; $3 how many rows at most.
-- Text type for $1: a driver must not encode the JSON again.
with recursive roots as (
  select (r ->> 'n')::int as n, to_regclass('pg_catalog.' || (r ->> 'catalog'))::oid as classid, (r ->> 'oid')::oid as objid,
         (r ->> 'sub')::int as objsubid
  from json_array_elements($1::text::json) r
),
found (n, classid, objid, objsubid, depth) as (
  select n, classid, objid, objsubid, 0 from roots
  union
  select f.n, x.classid, x.objid, x.objsubid, case when x.hop then f.depth else f.depth + 1 end
  from found f
  join pg_depend d on d.refclassid = f.classid and d.refobjid = f.objid and (f.objsubid = 0 or d.refobjsubid = f.objsubid)
  left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid and w.rulename = '_RETURN'
  left join pg_attrdef e on d.classid = 'pg_attrdef'::regclass and e.oid = d.objid
  cross join lateral (
    select
      case when w.oid is not null or e.oid is not null then 'pg_class'::regclass::oid else d.classid end as classid,
      coalesce(w.ev_class, e.adrelid, d.objid) as objid,
      coalesce(e.adnum, case when w.oid is null then d.objsubid else 0 end)::int as objsubid,
      d.deptype = 'i' as hop
  ) x
  where f.depth < $2::int
    -- Internal parts are followed where others may hang on them: a table's row type, a type's array, the index of a key.
    and (d.deptype in ('n', 'a') or d.deptype = 'i' and (d.classid = 'pg_type'::regclass or d.classid = 'pg_class'::regclass and f.classid = 'pg_constraint'::regclass))
    and (x.classid, x.objid, x.objsubid) is distinct from (f.classid, f.objid, f.objsubid)
),
nearest as (
  select distinct on (classid, objid, objsubid) * from found where depth > 0 order by classid, objid, objsubid, depth, n
),
named as (
  select f.n, f.depth, coalesce(nullif(c.conrelid, 0), t.tgrelid, p.polrelid, u.ev_class, i.indrelid, case when f.classid = 'pg_class'::regclass then f.objid end) as relid,
         coalesce(c.conname, t.tgname, p.polname, u.rulename) as part, coalesce(t.tgisinternal, c.contype = 'n', false) as hidden,
         nullif(c.contypid, 0) as domain, o.type, o.identity, f.classid, f.objid, f.objsubid
  from nearest f
  left join pg_constraint c on f.classid = 'pg_constraint'::regclass and c.oid = f.objid
  left join pg_trigger t on f.classid = 'pg_trigger'::regclass and t.oid = f.objid
  left join pg_policy p on f.classid = 'pg_policy'::regclass and p.oid = f.objid
  left join pg_rewrite u on f.classid = 'pg_rewrite'::regclass and u.oid = f.objid
  left join pg_index i on f.classid = 'pg_class'::regclass and i.indexrelid = f.objid
  cross join lateral pg_identify_object(f.classid, f.objid, f.objsubid) o
  -- Row types and arrays were only a way to what uses them.
  where not (f.classid = 'pg_type'::regclass and exists (
    select from pg_type y where y.oid = f.objid and (y.typelem <> 0 and y.typlen = -1 or y.typrelid <> 0)))
)
select m.n, m.depth,
       case when m.part is not null then regexp_replace(m.type, '^(table|domain) ', '')
            when m.type ~ '^(table|view|materialized view|foreign table) column$' then 'column'
            when m.type = 'server' then 'foreign server'
            when m.type = 'statistics object' then 'statistics'
            else m.type end as kind,
       case when m.part is null then m.identity
            else coalesce((select format('%I.%I', s.nspname, r.relname) from pg_class r join pg_namespace s on s.oid = r.relnamespace where r.oid = m.relid),
                          (select format('%I.%I', s.nspname, y.typname) from pg_type y join pg_namespace s on s.oid = y.typnamespace where y.oid = m.domain))
                 || '.' || quote_ident(m.part) end as identity
from named m
where not m.hidden
  and not exists (select from roots r where r.classid = m.classid and r.objid = m.objid and r.objsubid in (0, m.objsubid))
  -- A relation's own columns, keys, indexes, triggers and policies are part of it, as a domain's checks are.
  and not exists (select from roots r where r.classid = 'pg_type'::regclass and r.objid = m.domain)
  and not exists (
    select from found f
    where f.classid = 'pg_class'::regclass and f.objsubid = 0 and f.objid = m.relid and (m.objid <> f.objid or m.objsubid > 0))
order by m.depth, kind, identity
limit $3::int
