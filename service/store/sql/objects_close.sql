-- The objects $3 (kind, identity) of database $1 ended before snapshot $2; null: all of them.
update schemawatch.snapshot_object s
set last_snapshot = $2::bigint
where s.database_id = $1
  and s.last_snapshot is null
  and ($3::jsonb is null or (s.kind, s.identity) in (
    select kind, identity from jsonb_to_recordset($3::jsonb) as g (kind text, identity text)
  ))
