-- A change of database $1 from snapshot $2 to $3, with its objects ($10, worst first), the statements that made them ($11),
-- for each object the numbers of its statements ($12, a list of lists), and its notice.
with change as (
  insert into schemawatch.change
    (database_id, before_snapshot, after_snapshot, cause, compatibility, breaking, risky, safe, summary,
     attribution, authors, transients, transient_count, note, actions)
  select $1::integer, $2::bigint, $3::bigint, $4::text, $5::text, $6::integer, $7::integer, $8::integer, $9::text,
    $13::text, $14::text[], $15::jsonb, $16::integer, $17::text,
    array(select distinct body ->> 'action' from jsonb_array_elements($10::jsonb) as item (body) order by 1)
  returning id
), objects as (
  insert into schemawatch.change_object (change_id, seq, kind, identity, action, compatibility, body, statements)
  select change.id, item.seq, body ->> 'kind', body ->> 'identity', body ->> 'action', body ->> 'compatibility', body,
    array(select jsonb_array_elements_text($12::jsonb -> (item.seq - 1)::integer)::integer)
  from change, jsonb_array_elements($10::jsonb) with ordinality as item (body, seq)
), statements as (
  insert into schemawatch.change_statement (change_id, seq, body)
  select change.id, item.seq, body
  from change, jsonb_array_elements($11::jsonb) with ordinality as item (body, seq)
)
select change.id::text,
       pg_notify('schemawatch', json_build_object('type', 'change', 'database', d.name, 'change', change.id::text)::text) as told
from change, schemawatch.database d
where d.id = $1
