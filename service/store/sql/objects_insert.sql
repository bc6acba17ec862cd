-- Contents not known yet. In hash order, so that two hand-overs with the same contents cannot lock each other out.
insert into schemawatch.object (hash, body)
select distinct on (hash) decode(hash, 'hex'), body
from json_to_recordset($1::json) as n (hash text, body json)
order by hash
on conflict (hash) do nothing
