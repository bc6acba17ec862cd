-- The objects of database $1's current snapshot.
select o.body, s.address, s.version, s.hash
from schemawatch.snapshot_object s
join schemawatch.object o using (hash)
where s.database_id = $1 and s.last_snapshot is null
