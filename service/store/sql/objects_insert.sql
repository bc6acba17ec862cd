-- Contents not known yet. In hash order, so that two hand-overs with the same contents cannot lock each other out.
insert into schemawatch.object (hash, body)
select distinct on (hash) hash, body
from jsonb_to_recordset($1::jsonb) as n (hash text, body jsonb)
order by hash
on conflict (hash) do nothing
