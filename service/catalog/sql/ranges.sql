select
  t.oid,
  t.typnamespace as schema,
  t.typname as name,
  concat_ws('.', t.xmin::text, r.xmin::text, m.xmin::text) as version,
  pg_get_userbyid(t.typowner) as owner,
  t.typacl as acl,
  format_type(r.rngsubtype, null) as subtype,
  format_type(r.rngmultitypid, null) as multirange,
  case when r.rngcollation <> s.typcollation then r.rngcollation::regcollation::text end as collation,
  case when not o.opcdefault then quote_ident(n.nspname) || '.' || quote_ident(o.opcname) end as opclass,
  nullif(r.rngcanonical, 0)::regproc::text as canonical,
  nullif(r.rngsubdiff, 0)::regproc::text as subtype_diff
from pg_range r
join pg_type t on t.oid = r.rngtypid
join pg_type m on m.oid = r.rngmultitypid
join pg_type s on s.oid = r.rngsubtype
join pg_opclass o on o.oid = r.rngsubopc
join pg_namespace n on n.oid = o.opcnamespace
where r.rngtypid >= 16384
  and t.typnamespace <> 11
  and t.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 1247 and deptype = 'e')
