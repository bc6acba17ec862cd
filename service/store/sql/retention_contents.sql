-- Removes up to $1 contents that no object has or had any more.
delete from schemawatch.object
where hash in (
  select o.hash
  from schemawatch.object o
  where not exists (select from schemawatch.snapshot_object v where v.hash = o.hash)
  limit $1::integer
)
