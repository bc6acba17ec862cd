-- Up to $4 objects of database $1's current snapshot, those behind kind $2 and identity $3 in the order of its index.
select s.kind, s.identity, o.body, s.address, s.version, encode(s.hash, 'hex') as hash
from schemawatch.snapshot_object s
join schemawatch.object o using (hash)
where s.database_id = $1 and s.last_snapshot is null and (s.kind, s.identity) > ($2::text, $3::text)
order by s.kind, s.identity
limit $4::integer
