-- Each table with its column list and its row filter, as CREATE PUBLICATION takes them.
select
  p.oid,
  p.pubname as name,
  concat_ws('.', p.xmin::text, t.version, s.version) as version, -- from 15
  concat_ws('.', p.xmin::text, t.version) as version, -- before 15
  pg_get_userbyid(p.pubowner) as owner,
  p.puballtables as all_tables,
  p.pubinsert as insert,
  p.pubupdate as update,
  p.pubdelete as delete,
  p.pubtruncate as truncate,
  p.pubviaroot as via_root,
  p.pubgencols as generated, -- from 18
  'n' as generated, -- before 18
  s.names as schemas, -- from 15
  null::text[] as schemas, -- before 15
  t.entries as tables
from pg_publication p
left join lateral (
  select
    count(*) || '.' || sum(r.xmin::text::bigint) as version,
    array_agg(
      r.prrelid::regclass::text
      || coalesce( -- from 15
        ' (' || ( -- from 15
          select string_agg(quote_ident(a.attname), ', ' order by a.attnum) -- from 15
          from pg_attribute a -- from 15
          where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[]) -- from 15
        ) || ')', -- from 15
        '' -- from 15
      ) -- from 15
      || coalesce(' WHERE ' || pg_get_expr(r.prqual, r.prrelid), '') -- from 15
    ) as entries
  from pg_publication_rel r
  where r.prpubid = p.oid
) t on true
left join lateral ( -- from 15
  select count(*) || '.' || sum(s.xmin::text::bigint) as version, array_agg(n.nspname::text) as names -- from 15
  from pg_publication_namespace s -- from 15
  join pg_namespace n on n.oid = s.pnnspid -- from 15
  where s.pnpubid = p.oid -- from 15
) s on true -- from 15
where p.oid >= 16384
  and p.oid not in (select objid from pg_depend where refclassid = 3079 and classid = 6104 and deptype = 'e')
