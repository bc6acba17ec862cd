-- What the tap noted since the look whose snapshot was $2. A row stays hidden until its transaction ends, so neither its id
-- nor its time tells whether it was there before; its transaction does. $1: nothing up to this id; null: nothing from
-- before $3, for a log that was not there at that look. What came with a dump bears transactions of another server.
with bounds as (
  select coalesce($1::bigint, (select max(id) from schemawatch_tap.statement where at < $3::timestamptz), 0) as floor
), unseen as (
  select s.id, s.at, s.began, s.transaction::text, s.login, s.role, s.application, s.address, s.pid, s.event, s.tag, s.text, s.objects, s.more
  from schemawatch_tap.statement s, bounds
  where s.id > bounds.floor
    and s.transaction < pg_snapshot_xmax(pg_current_snapshot())
    and not pg_visible_in_snapshot(s.transaction, $2::pg_snapshot)
)
select bounds.floor::text as floor, (select coalesce(json_agg(u order by u.id), '[]') from unseen u) as rows
from bounds
