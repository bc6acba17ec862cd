-- Data, not schema, but for who may read them: those with grants, a comment or a label. At most 1,000 of them, and none where
-- there are so many large objects (32 MB of this catalog are about 500,000) that each look would take long: oid 0 says so.
with room as (select pg_relation_size(2995) <= 33554432 as enough)
(
  select m.oid, m.xmin::text as version, pg_get_userbyid(m.lomowner) as owner, m.lomacl as acl, count(*) over () as total
  from room
  join pg_largeobject_metadata m on room.enough
  where m.lomacl is not null
    or m.oid in (select objoid from pg_description where classoid = 2613)
    or m.oid in (select objoid from pg_seclabel where classoid = 2613)
  order by m.oid
  limit 1000
)
union all
select 0, '', '', null, 0
from room
where not room.enough
