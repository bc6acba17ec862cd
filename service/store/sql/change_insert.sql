-- A change of database $1 from snapshot $2 to $3, with its objects ($10, worst first), and its notice.
with change as (
  insert into schemawatch.change
    (database_id, before_snapshot, after_snapshot, cause, compatibility, breaking, risky, safe, summary)
  select $1::integer, $2::bigint, $3::bigint, $4::text, $5::text, $6::integer, $7::integer, $8::integer, $9::text
  returning id
), objects as (
  insert into schemawatch.change_object (change_id, seq, kind, identity, action, compatibility, body)
  select change.id, item.seq, body ->> 'kind', body ->> 'identity', body ->> 'action', body ->> 'compatibility', body
  from change, jsonb_array_elements($10::jsonb) with ordinality as item (body, seq)
)
select change.id::text,
       pg_notify('schemawatch', json_build_object('type', 'change', 'database', d.name, 'change', change.id::text)::text) as told
from change, schemawatch.database d
where d.id = $1
