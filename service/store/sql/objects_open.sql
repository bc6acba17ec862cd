-- The objects $3 of database $1 have this content from snapshot $2 on. In the order of the index, which stays half as large then.
insert into schemawatch.snapshot_object (database_id, kind, identity, address, version, hash, first_snapshot)
select $1, kind, identity, address, version, decode(hash, 'hex'), $2::bigint
from json_to_recordset($3::json) as n (kind text, identity text, address text, version text, hash text)
order by kind, identity
