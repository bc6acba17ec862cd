-- The objects $3 of database $1 have this content from snapshot $2 on.
insert into schemawatch.snapshot_object (database_id, kind, identity, address, version, hash, first_snapshot)
select $1, kind, identity, address, version, hash, $2::bigint
from jsonb_to_recordset($3::jsonb) as n (kind text, identity text, address text, version text, hash text)
