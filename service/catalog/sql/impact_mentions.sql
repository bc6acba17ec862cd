-- Functions whose body is text and names a changed object; PostgreSQL records no dependency for them.
-- $1 JSON list of {n, words: [regular expressions, all of which must match]}; $2 how many rows at most.
with wanted as (
  select (r ->> 'n')::int as n, array(select json_array_elements_text(r -> 'words')) as words from json_array_elements($1::text::json) r
)
select distinct on (o.identity) w.n, case p.prokind when 'p' then 'procedure' else 'function' end as kind, o.identity
from pg_proc p
join pg_language l on l.oid = p.prolang and l.lanname not in ('internal', 'c')
join wanted w on p.prosrc ~* all (w.words)
cross join lateral pg_identify_object('pg_proc'::regclass, p.oid, 0) o
-- 16384 is FirstNormalObjectId: what is below came with the server.
where p.oid >= 16384 and p.prosqlbody is null
order by o.identity, w.n
limit $2::int
