-- Removes up to $2 object versions that ended before the oldest snapshot that stays: of a database's snapshots, the current
-- one, those that a change tells of, and those taken since $1.
delete from schemawatch.snapshot_object
where ctid = any (array(
  select o.ctid
  from schemawatch.snapshot_object o
  join (
    select s.database_id, min(s.id) as oldest
    from schemawatch.snapshot s
    join schemawatch.database d on d.id = s.database_id
    where s.id = d.snapshot_id
       or s.taken_at >= $1::timestamptz
       or exists (select from schemawatch.change c where s.id in (c.before_snapshot, c.after_snapshot))
    group by s.database_id
  ) kept using (database_id)
  where o.last_snapshot <= kept.oldest
  limit $2::integer
))
