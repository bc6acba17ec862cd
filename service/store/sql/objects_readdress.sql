-- The objects $2 of database $1 kept their content, but have another address or row version on their server.
update schemawatch.snapshot_object s
set address = n.address, version = n.version
from jsonb_to_recordset($2::jsonb) as n (kind text, identity text, address text, version text)
where s.database_id = $1 and s.kind = n.kind and s.identity = n.identity and s.last_snapshot is null
