-- Whether the tap noted anything since the look whose snapshot was $2; $1: nothing up to this id.
select exists (
  select from schemawatch_tap.statement
  where id > $1::bigint
    and transaction < pg_snapshot_xmax(pg_current_snapshot())
    and not pg_visible_in_snapshot(transaction, $2::pg_snapshot)
) as news
