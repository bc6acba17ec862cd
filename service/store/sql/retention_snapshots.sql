-- Removes up to $2 snapshots taken before $1 that nothing refers to any more.
delete from schemawatch.snapshot
where id in (
  select s.id
  from schemawatch.snapshot s
  where s.taken_at < $1::timestamptz
    and not exists (select from schemawatch.database d where d.snapshot_id = s.id)
    and not exists (select from schemawatch.change c where s.id in (c.before_snapshot, c.after_snapshot))
    and not exists (select from schemawatch.snapshot_object o where o.database_id = s.database_id and s.id in (o.first_snapshot, o.last_snapshot))
  order by s.id
  limit $2::integer
)
